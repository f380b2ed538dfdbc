package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// access is how pods reach the API server: as in a cluster, by two variables of their environment and the files of their account.
type access struct {
	port        string
	certificate []byte
}

const token = "token-of-a-pod"
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// listen opens the API server to pods: they may read.
func listen(answers server) (*access, error) {
	certificate, err := selfSigned()
	if err != nil {
		return nil, err
	}
	opened, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(opened.Addr().String())
	if err != nil {
		return nil, err
	}
	handler := http.HandlerFunc(func(writer http.ResponseWriter, asked *http.Request) {
		if asked.Header.Get("Authorization") != "Bearer "+token || asked.Method != http.MethodGet {
			http.Error(writer, "forbidden", http.StatusForbidden)
			return
		}
		answer, err := answers.RoundTrip(asked)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
		defer answer.Body.Close()
		writer.Header().Set("Content-Type", "application/json")
		writer.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(writer, answer.Body)
	})
	go func() { panic(http.Serve(opened, handler)) }()
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	return &access{port, encoded}, nil
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	shape := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(240 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, shape, shape, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, err
}

// account puts the files of the pod's account into its folder.
func (w *work) account() (mount, error) {
	folder := filepath.Join(w.folder, "account")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return mount{}, err
	}
	files := map[string][]byte{"namespace": []byte(w.pod.Namespace), "token": []byte(token), "ca.crt": w.api.certificate}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return mount{}, err
		}
	}
	return mount{folder, accountFolder, true}, nil
}

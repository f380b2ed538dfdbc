package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// enter makes the private root and changes into it. The answer holds an open folder for each of the task's copies.
func enter(task Task) ([]*os.File, error) {
	kept := machineMounts()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return nil, fmt.Errorf("private mounts: %w", err)
	}
	root, err := overlay(task.Scratch)
	if err != nil {
		return nil, err
	}
	for _, place := range kept {
		// What the machine has mounted below its root (a checkout, say) belongs to "the image", as far as it can be shown.
		_ = bind(place, filepath.Join(root, place), true)
	}
	if err := system(root); err != nil {
		return nil, err
	}
	// Sources are opened before, and bound after the change of root: so targets are resolved inside.
	var sources, outside []*os.File
	for _, mount := range task.Mounts {
		opened, err := os.OpenFile(mount.Source, pathOnly, 0)
		if err != nil {
			return nil, err
		}
		sources = append(sources, opened)
	}
	for _, copied := range task.Copies {
		opened, err := os.Open(copied.To)
		if err != nil {
			return nil, err
		}
		outside = append(outside, opened)
	}
	if err := syscall.Chroot(root); err != nil {
		return nil, fmt.Errorf("chroot: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return nil, err
	}
	for index, mount := range task.Mounts {
		if err := bind(fmt.Sprintf("/proc/self/fd/%d", sources[index].Fd()), mount.Target, mount.ReadOnly); err != nil {
			return nil, err
		}
		sources[index].Close()
	}
	return outside, os.MkdirAll(task.WorkingDir, 0o755)
}

// pathOnly is O_PATH, which the syscall package does not name.
const pathOnly = 0x200000

func overlay(scratch string) (string, error) {
	if err := syscall.Mount("scratch", scratch, "tmpfs", 0, "mode=0755"); err != nil {
		return "", fmt.Errorf("scratch: %w", err)
	}
	for _, name := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(filepath.Join(scratch, name), 0o755); err != nil {
			return "", err
		}
	}
	root := filepath.Join(scratch, "root")
	layers := fmt.Sprintf("lowerdir=/,upperdir=%s/upper,workdir=%s/work", scratch, scratch)
	if err := syscall.Mount("root", root, "overlay", 0, layers); err != nil {
		return "", fmt.Errorf("overlay: %w", err)
	}
	return root, nil
}

// system gives the root what the kernel offers a container: /proc, /dev and empty places for what vanishes.
func system(root string) error {
	// Not MS_REC: a container has no use for what is mounted below /dev.
	if err := syscall.Mount("/dev", root+"/dev", "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("/dev: %w", err)
	}
	if err := syscall.Mount("proc", root+"/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	for _, place := range []string{"/tmp", "/dev/shm", "/run"} {
		if err := os.MkdirAll(root+place, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount("private", root+place, "tmpfs", 0, "mode=1777"); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	return nil
}

// bind shows one place at another, which is made if it is not there.
func bind(source, target string, readOnly bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else if _, absent := os.Stat(target); absent != nil {
		if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil {
			err = os.WriteFile(target, nil, 0o644)
		}
	}
	if err != nil {
		return fmt.Errorf("a place for %s: %w", target, err)
	}
	if err := syscall.Mount(source, target, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s: %w", target, err)
	}
	if readOnly {
		if err := syscall.Mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("read-only %s: %w", target, err)
		}
	}
	return nil
}

// machineMounts are the places below the machine's root where real folders are mounted; parents come first.
func machineMounts() []string {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer file.Close()
	var found []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 5 || !carried(fields[4]) {
			continue
		}
		if info, err := os.Stat(fields[4]); err == nil && info.IsDir() {
			found = append(found, fields[4])
		}
	}
	sort.Strings(found)
	return found
}

// carried: a mount of the machine that a container sees. Not the root itself, and nothing of the kernel's or of this run's.
func carried(place string) bool {
	if place == "/" || strings.Contains(place, `\`) {
		return false
	}
	for _, own := range []string{"/proc", "/sys", "/dev", "/run", "/tmp", "/var/run"} {
		if place == own || strings.HasPrefix(place, own+"/") {
			return false
		}
	}
	return true
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// schema is what the API server knows of one kind.
type schema struct {
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

type schemas map[string]schema

func loadSchemas(folder string) (schemas, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "argoproj.io_*.yaml"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no CRDs in %s (%v)", folder, err)
	}
	found := schemas{}
	for _, path := range paths {
		kind, one, err := loadSchema(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		found[kind] = one
	}
	return found, nil
}

func loadSchema(path string) (string, schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", schema{}, err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return "", schema{}, err
	}
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, &props, nil); err != nil {
		return "", schema{}, err
	}
	structural, err := structuralschema.NewStructural(&props)
	if err != nil {
		return "", schema{}, err
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return "", schema{}, err
	}
	return crd.Spec.Names.Kind, schema{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
}

// problems are the API server's objections to creating the object with strict field validation.
func (s schema) problems(object map[string]any) []string {
	var found []string
	pruned := (&unstructured.Unstructured{Object: object}).DeepCopy().Object
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(pruned, s.structural, true, options) {
		found = append(found, fmt.Sprintf("unknown field %q", path))
	}
	var errs field.ErrorList
	errs = append(errs, apivalidation.ValidateObjectMetaAccessor(named(object), true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))...)
	errs = append(errs, validation.ValidateCustomResource(nil, object, s.validator)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, object)...)
	if s.rules != nil && len(errs) == 0 {
		byRule, _ := s.rules.Validate(context.Background(), nil, s.structural, object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, byRule...)
	}
	for _, err := range errs {
		found = append(found, err.Error())
	}
	return found
}

// named is the object as the API server validates it: in a namespace, with a name made of its generateName.
func named(object map[string]any) *unstructured.Unstructured {
	copied := (&unstructured.Unstructured{Object: object}).DeepCopy()
	if copied.GetNamespace() == "" {
		copied.SetNamespace("default")
	}
	if copied.GetName() == "" && copied.GetGenerateName() != "" {
		copied.SetName(copied.GetGenerateName() + "xxxxx")
	}
	return copied
}

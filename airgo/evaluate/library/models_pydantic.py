"""pydantic models: fields with defaults, nested models, validators, and settings that read the environment."""

from __future__ import annotations

import json

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.library.class_bodies import FieldSpec, all_fields, annotated_names, inherited_fields, named_classes
from airgo.evaluate.library.copies import deep
from airgo.evaluate.library.data_classes import has_method
from airgo.evaluate.library.environment import value_of
from airgo.evaluate.library.plain_texts import joined, known, repr_of
from airgo.evaluate.models import MODELS, PythonError, extern_base, models, unwrap
from airgo.evaluate.objects import Call, Class, ClassMethod, ExternBase, Function, Instance, Native, StaticMethod
from airgo.values import MISSING, ExternCall, Operation, Symbolic, Unknown

UNCHECKED = Rule(
    "AG133",
    "unchecked-model",
    Severity.NOTE,
    summary="a pydantic model is filled without pydantic's checks and conversions",
    why="airgo runs a model's own validators and makes nested models, numbers from text and defaults, but not pydantic itself. "
    "Values that pydantic would convert in another way, or refuse, stay as they were given.",
    remedy="give the fields values of the types they are annotated with",
)
VALIDATORS = "<validators>"
SCALARS = {"int": int, "float": float}


@models("pydantic.Field", "pydantic.fields.Field")
def field(call: Call) -> object:
    """`Field(default, default_factory=…, alias=…)`."""
    default = call.argument(0, "default", MISSING)
    spec = FieldSpec(MISSING if default is Ellipsis else default, call.kwargs.get("default_factory"))
    alias = call.kwargs.get("alias", call.kwargs.get("validation_alias"))
    spec.alias = alias if isinstance(alias, str) else None
    return spec


def validator(call: Call) -> object:
    """`@field_validator("a", mode=…)`, `@validator("a", pre=True)`, `@model_validator(mode=…)`, `@root_validator`."""
    kind = "model" if "model" in call.name or "root" in call.name else "field"
    before = call.kwargs.get("mode") in ("before", "wrap") or call.kwargs.get("pre") is True
    names = tuple(name for name in call.args if isinstance(name, str))

    def mark(inner: Call) -> object:
        target = inner.args[0]
        function = target.function if isinstance(target, ClassMethod | StaticMethod) else target
        if isinstance(function, Function):
            function.attributes[VALIDATORS] = (kind, before, names, call.name)
        return target

    return mark(call) if call.args and isinstance(call.args[0], Function | ClassMethod | StaticMethod) else Native(call.name, mark)


models(*(f"pydantic.{name}" for name in ("field_validator", "validator", "model_validator", "root_validator")))(validator)


@models("pydantic.field_serializer", "pydantic.model_serializer", "pydantic.computed_field", "pydantic.validate_call")
def passed_over(call: Call) -> object:
    """Decorators without an effect on how a model is filled."""
    return call.args[0] if call.args and not isinstance(call.args[0], str) else Native(call.name, lambda inner: inner.args[0])


def defined(call: Call) -> object:
    """Note the fields of a model class."""
    cls = call.args[0]
    assert isinstance(cls, Class)
    fields = inherited_fields(cls)
    for entry in annotated_names(cls):
        if entry.annotation.partition("[")[0].rpartition(".")[2] in ("ClassVar", "PrivateAttr") or entry.name == "model_config":
            continue
        spec = entry.value if isinstance(entry.value, FieldSpec) else FieldSpec(entry.value)
        if spec.required and optional(entry.annotation):
            spec.default = None
        spec.name, spec.annotation = entry.name, entry.annotation
        fields[entry.name] = spec
        cls.namespace.pop(entry.name, None)
    cls.fields = fields
    cls.namespace["model_fields"] = dict(fields)
    return None


def optional(annotation: str) -> bool:
    """Does pydantic 1 give the field a None by default? (In pydantic 2 such a field is required, and then it is given.)"""
    return annotation.startswith(("Optional[", "typing.Optional["))


def initialize(call: Call) -> object:
    """`BaseModel.__init__(**values)`."""
    instance = call.args[0]
    assert isinstance(instance, Instance)
    values: dict[str, object] = dict(call.kwargs)
    for function, before, names, maker in validators(instance.cls):
        if before and not names and ("model" in maker or "root" in maker):
            found = call.machine.call(function, (instance.cls, values))
            values = {str(key): value for key, value in found.items()} if isinstance(found, dict) else values
    fill(call, instance, values)
    for function, before, names, maker in validators(instance.cls):
        if before or names:
            continue
        if "model_validator" in maker:
            call.machine.call(function, (instance,))
        elif "root" in maker:
            found = call.machine.call(function, (instance.cls, dict(instance.attributes)))
            instance.attributes.update({str(key): value for key, value in found.items()} if isinstance(found, dict) else {})
    if has_method(instance.cls, "model_post_init"):
        call.machine.call(call.machine.attribute(instance, "model_post_init"), (None,))
    return None


def validators(cls: Class) -> list[tuple[Function, bool, tuple[str, ...], str]]:
    """The validators of a class and its bases: the function, whether it runs first, its fields, and the decorator's name."""
    found = []
    for base in reversed(cls.mro):
        for value in base.namespace.values() if isinstance(base, Class) else ():
            function = value.function if isinstance(value, ClassMethod | StaticMethod) else value
            mark = function.attributes.get(VALIDATORS) if isinstance(function, Function) else None
            if isinstance(mark, tuple) and isinstance(function, Function):
                found.append((function, mark[1], mark[2], mark[3]))
    return found


def fill(call: Call, instance: Instance, values: dict[str, object]) -> None:
    """Give the object its fields. Raises the program's ValidationError."""
    checks = validators(instance.cls)
    for name, spec in all_fields(instance.cls).items():
        value = values.get(spec.alias or name, values.get(name, MISSING))
        given = value is not MISSING
        if not given:
            value = call.machine.call(spec.factory) if spec.factory is not None else deep(call, spec.default, {})
        if value is MISSING:
            if not call.unseen:
                raise PythonError("pydantic_core.ValidationError", f"{instance.cls.name}: field {name} is required")
            value = Unknown(f"the field {name} comes from a value that is not known", call.place)
        wanted = [check for check in checks if given and (name in check[2] or "*" in check[2])]
        for function, before, _, _ in wanted:
            value = run_validator(call, function, instance, value) if before else value
        value = converted(call, instance.cls, spec.annotation, value) if given else value
        for function, before, _, _ in wanted:
            value = value if before else run_validator(call, function, instance, value)
        instance.attributes[name] = value
    extra = {name: value for name, value in values.items() if name not in instance.attributes}
    if extra and allows_extra(instance.cls):
        instance.attributes.update(extra)


def run_validator(call: Call, function: Function, instance: Instance, value: object) -> object:
    """The value after a validator; pydantic 1 also hands it the values so far."""
    parameters = call.machine.parameters(function) or ()
    positional = [parameter.name for parameter in parameters if parameter.kind == "positional"]
    if len(positional) > 2:
        return call.machine.call(function, (instance.cls, value, dict(instance.attributes)))
    if len(positional) < 2:
        return call.machine.call(function, (value,))
    return call.machine.call(function, (instance.cls, value))


def setting(cls: Class, name: str) -> object:
    """A setting of a model: of `model_config`, or of the inner class Config."""
    for base in cls.mro:
        if not isinstance(base, Class):
            continue
        config = base.namespace.get("model_config")
        table = config.kwargs if isinstance(config, ExternCall) else config if isinstance(config, dict) else {}
        inner = base.namespace.get("Config")
        for known_settings in (table, inner.namespace if isinstance(inner, Class) else {}):
            if name in known_settings:
                return known_settings[name]
    return None


def allows_extra(cls: Class) -> bool:
    """Does the model keep values that are no fields?"""
    extra = setting(cls, "extra")
    return extra == "allow" or getattr(extra, "name", "").endswith(".allow")


def converted(call: Call, cls: Class, annotation: str, value: object) -> object:
    """A value as its annotation has it: nested models, members of Enums, numbers from text."""
    value_plain = unwrap(value)
    if annotation in SCALARS and isinstance(value_plain, str):
        try:
            return SCALARS[annotation](value_plain)
        except ValueError as error:
            raise PythonError("pydantic_core.ValidationError", f"{cls.name}: {value_plain!r} is no {annotation}") from error
    classes = named_classes(cls, annotation)
    found = nested(call, classes, value) if classes else value
    outer = annotation.removeprefix("typing.").removeprefix("Optional[").removeprefix("typing.").partition("[")[0]
    return set(found) if outer in ("Set", "set") and isinstance(found, list) and known(call, found) else found


def nested(call: Call, classes: list[Class], value: object) -> object:
    """A value with dicts turned into the models that its annotation names, and texts into members of its Enums."""
    if isinstance(value, list | tuple):
        return type(value)(nested(call, classes, item) for item in value)
    models_named = [cls for cls in classes if cls.fields is not None]
    if isinstance(value, dict):
        if not models_named:
            return {key: nested(call, classes, item) for key, item in value.items()}
        return first_fitting(call, models_named, value)
    enums = [cls for cls in classes if "_member_map_" in cls.namespace]
    return call.machine.call(enums[0], (value,)) if enums and isinstance(value, str | int) else value


def first_fitting(call: Call, classes: list[Class], value: dict[object, object]) -> object:
    """The dict as the first of the models that takes it; a dict of models stays a dict."""
    problem: PythonError | None = None
    for cls in classes:
        try:
            return call.machine.call(cls, (), {str(key): item for key, item in value.items()})
        except PythonError as error:
            problem = error
    if value and all(isinstance(item, dict) for item in value.values()):
        return {key: nested(call, classes, item) for key, item in value.items()}
    assert problem is not None
    raise problem


def create(instance: Instance, call: Call) -> object:
    """Say once for each model class that pydantic itself does not run."""
    told = call.machine.state.setdefault("pydantic", set())
    if isinstance(told, set) and instance.cls not in told:
        told.add(instance.cls)
        call.machine.report(UNCHECKED, f"{instance.cls.name} is filled without pydantic's own checks", instance.cls.place)
    return None


def subject(call: Call) -> Instance:
    """The model that is asked."""
    assert isinstance(call.args[0], Instance)
    return call.args[0]


def dump(call: Call) -> object:
    """`model.model_dump(exclude_none=…, by_alias=…)`, `model.dict()`."""
    return dumped(call, subject(call))


def dumped(call: Call, value: object) -> object:
    """A value with models as dicts."""
    if isinstance(value, Instance) and value.cls.fields is not None:
        include, exclude = call.kwargs.get("include"), call.kwargs.get("exclude")
        result = {}
        for name, item in value.attributes.items():
            spec = all_fields(value.cls).get(name)
            if (isinstance(include, set) and name not in include) or (isinstance(exclude, set) and name in exclude):
                continue
            if call.kwargs.get("exclude_none") is True and item is None:
                continue
            shown = spec.alias if spec is not None and spec.alias and call.kwargs.get("by_alias") is True else name
            result[shown] = dumped(call, item)
        return result
    if isinstance(value, list | tuple):
        return type(value)(dumped(call, item) for item in value)
    if isinstance(value, dict):
        return {key: dumped(call, item) for key, item in value.items()}
    if isinstance(value, Instance) and "_value_" in value.attributes and call.kwargs.get("mode") == "json":
        return value.attributes["value"]
    return value


def dump_json(call: Call) -> object:
    """`model.model_dump_json()`, `model.json()`: without spaces in pydantic 2."""
    value = dumped(call, subject(call))
    if not known(call, value):
        return Operation("json.dumps", (value,), call.place)
    return json.dumps(value, separators=(",", ":")) if call.name.endswith("model_dump_json") else json.dumps(value)


def copy(call: Call) -> object:
    """`model.model_copy(update=…)`."""
    instance = subject(call)
    update = call.kwargs.get("update")
    return Instance(instance.cls, {**instance.attributes, **(update if isinstance(update, dict) else {})}, call.place)


def validate(call: Call) -> object:
    """`Model.model_validate(mapping)`, `Model.parse_obj(mapping)`."""
    cls, value = call.args[0], call.args[1]
    if isinstance(value, Instance) and value.cls is cls:
        return value
    if isinstance(value, dict):
        return call.machine.call(cls, (), {str(key): item for key, item in value.items()})
    return Unknown("a model of values that are not known", call.place, value if isinstance(value, Unknown) else None)


def validate_json(call: Call) -> object:
    """`Model.model_validate_json(text)`, `Model.parse_raw(text)`."""
    value = MODELS["json.loads"](Call(call.machine, "json.loads", call.args[1:2], {}, call.place))
    return validate(Call(call.machine, call.name, (call.args[0], value), {}, call.place))


def show(call: Call) -> object:
    """`repr(model)`."""
    parts: list[object] = [f"{subject(call).cls.name}("]
    for index, (name, value) in enumerate(subject(call).attributes.items()):
        parts += [f"{', ' if index else ''}{name}=", repr_of(call, value)]
    return joined([*parts, ")"])


METHODS = {
    "model_dump": dump,
    "dict": dump,
    "model_dump_json": dump_json,
    "json": dump_json,
    "model_copy": copy,
    "copy": copy,
    "__repr__": show,
}
CLASS_METHODS = {"model_validate": validate, "parse_obj": validate, "model_validate_json": validate_json, "parse_raw": validate_json}
for _name in ("pydantic.BaseModel", "pydantic.main.BaseModel"):
    extern_base(ExternBase(_name, initialize, create, methods=METHODS, defined=defined, class_methods=CLASS_METHODS))


def initialize_settings(call: Call) -> object:
    """`BaseSettings.__init__`: fields that are not given come from the environment."""
    instance = call.args[0]
    assert isinstance(instance, Instance)
    prefix = setting(instance.cls, "env_prefix")
    for name, spec in all_fields(instance.cls).items():
        if (spec.alias or name) in call.kwargs or name in call.kwargs:
            continue
        default = call.machine.call(spec.factory) if spec.factory is not None else spec.default
        key = spec.alias or f"{prefix if isinstance(prefix, str) else ''}{name}".upper()
        found = value_of(call, key, default)
        call.kwargs[name] = converted(call, instance.cls, spec.annotation, found) if not isinstance(found, Symbolic) else found
    return initialize(call)


for _name in ("pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"):
    extern_base(ExternBase(_name, initialize_settings, create, methods=METHODS, defined=defined, class_methods=CLASS_METHODS))

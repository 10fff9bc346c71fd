"""From the form of the page to the map of a file."""

from collections.abc import Mapping

from pydantic import ValidationError

from streams.configuration.files import Misconfigured
from streams.tools.importing.map_file import Map, StepColumns
from streams.tools.importing.ui.proposals import STEP, FileProposal, parse_log_map

TIME = ".time"
Form = Mapping[str, str]


def read_map(proposal: FileProposal, form: Form) -> Map:
    """The map that the form describes; raise Misconfigured with what to change."""
    document = (
        parse_log_map(form.get("text", "")) if proposal.text is not None else _table(proposal, form)
    )
    try:
        return Map.model_validate(document)
    except ValidationError as error:
        problems = (problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        raise Misconfigured("; ".join(problems)) from error


def _table(proposal: FileProposal, form: Form) -> dict[str, object]:
    columns, beside = _columns(proposal, form)
    return {
        "kind": form.get("kind", ""),
        "sheet": proposal.sheet,
        "columns": columns,
        **beside,
        "units": {name: unit for name, unit in proposal.units.items() if name in columns},
        "dates": {name: form[key] for name in columns if form.get(key := f"date.{name}", "")},
        "values": _values(proposal, form, columns),
        "stages": {
            stage.name: form[key]
            for index, stage in enumerate(proposal.stages)
            if form.get(key := f"stage.{index}", "")
        },
    }


def _columns(proposal: FileProposal, form: Form) -> tuple[dict[str, str], dict[str, object]]:
    """The headers by field, and those of times of day and of steps."""
    columns: dict[str, str] = {}
    times: dict[str, str] = {}
    steps: dict[str, dict[str, str]] = {}
    for index, choice in enumerate(proposal.columns):
        meaning = form.get(f"column.{index}", "")
        if meaning == STEP and choice.step is not None:
            stage, part = choice.step
            steps.setdefault(stage, {})[part] = choice.header
        elif meaning.endswith(TIME):
            times[meaning.removesuffix(TIME)] = choice.header
        elif meaning in columns:
            msg = f"{meaning}: {columns[meaning]} / {choice.header}; choose one column"
            raise Misconfigured(msg)
        elif meaning and meaning != STEP:
            columns[meaning] = choice.header
    parts = [StepColumns(stage=stage, **headers) for stage, headers in steps.items()]
    return columns, {"times": times, "steps": parts}


def _values(
    proposal: FileProposal, form: Form, columns: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The meanings of words that the form gives, of fields that it still reads."""
    values: dict[str, dict[str, str]] = {}
    for index, choice in enumerate(proposal.words):
        meaning = form.get(f"word.{index}", "")
        is_read = choice.field in columns or choice.field == "result"
        if meaning and is_read and not (choice.is_known and meaning == choice.meaning):
            values.setdefault(choice.field, {})[choice.word] = meaning
    return values

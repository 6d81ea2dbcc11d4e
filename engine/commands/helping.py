"""``--help`` in Chinese: usage, what a command does, its options; in English click says it."""

import click

from ..locale import Lang, catalogue, phrase

# Where the context keeps the language that errors and help are told in.
LANG = "dudao.lang"


class HelpContext(click.Context):
    """The context of any command here: help in the language that was asked for."""

    def get_help(self) -> str:
        lang: Lang = self.meta.get(LANG, "en")
        return super().get_help() if lang == "en" else help_page(self)


def speaking(command: click.Command) -> click.Command:
    """The command, so that it and those below it tell their help in either language."""
    command.context_class = HelpContext
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        speaking(inner)
    return command


def help_page(ctx: click.Context) -> str:
    """The help of a command in Chinese, as wide as click would make it."""
    command, width = ctx.command, ctx.make_formatter().width
    usage = " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))
    parts = [phrase("usage_line", "zh", usage=usage), _indented(about(ctx.command_path), width)]
    options = [
        (record[0], option_text(ctx.command_path, option))
        for option in command.get_params(ctx)
        if isinstance(option, click.Option) and (record := option.get_help_record(ctx)) is not None
    ]
    parts.append(_listed("help_options", options, width))
    if isinstance(command, click.Group):
        names = command.list_commands(ctx)
        below = [(name, about(f"{ctx.command_path} {name}").split("\n")[0]) for name in names]
        parts.append(_listed("help_commands", below, width))
    return "\n\n".join(parts)


def about(path: str) -> str:
    """What the command of that path does."""
    return str(catalogue("help")[path]["about"]).strip("\n")


def option_text(path: str, option: click.Option) -> str:
    """What an option is for, with its default where that is shown, and whether it is needed."""
    texts = catalogue("help")
    name = "help" if "--help" in option.opts else option.name or ""
    own, common = texts[path], texts["common"]
    text = str(own[name] if name in own else common[name])
    if option.required:
        text += phrase("help_required", "zh")
    if option.show_default and option.default is not None:
        value = option.opts[0] if option.default is True else option.default
        text += phrase("help_default", "zh", value=value)
    return text


def _indented(text: str, width: int) -> str:
    from ..reporting.tables import wrapped

    lines = (wrapped(f"  {line}", width, "  ") if line else "" for line in text.split("\n"))
    return "\n".join(lines)


def _listed(title: str, rows: list[tuple[str, str]], width: int) -> str:
    """Names and what they are for, side by side; beneath a name that takes too much room."""
    from ..reporting.tables import cells, wrapped

    first = min(max(cells(name) for name, _ in rows), 30) + 4
    lines = [phrase(title, "zh")]
    for name, text in rows:
        told = wrapped(text, width - first).split("\n")
        head = f"  {name}"
        if cells(head) + 2 > first:
            lines.append(head)
        else:
            lines.append(head + " " * (first - cells(head)) + told.pop(0))
        lines += [" " * first + line for line in told]
    return "\n".join(lines)

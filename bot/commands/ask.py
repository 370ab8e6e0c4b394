"""`askonce ask`: the articles' answer to one question."""

from __future__ import annotations

import click
import orjson

from bot.settings import read_settings


@click.command()
@click.argument("question")
@click.option(
    "--json", "as_json", is_flag=True, help="Print {question, answer, sources}; answer is null where it abstains."
)
def ask(question: str, as_json: bool) -> None:
    """One answer from the knowledge base, with its sources, or "no answer" and why."""
    from bot.factories import make_answers

    found = make_answers(read_settings()).ask(question)
    if as_json:
        sources = [{"article": s.article, "title": s.title, "passage": s.passage} for s in found.sources]
        click.echo(orjson.dumps({"question": question, "answer": found.text, "sources": sources}).decode())
    elif found.text is None:
        click.echo(f"No answer: {found.why}.")
    else:
        click.echo(found.text)
        for source in found.sources:
            click.echo(f"  — {source.title} [{source.article}]")

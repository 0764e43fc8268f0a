import extract
from mcp_server import SectionText
from quotes import example, pick, quoted, unsupported

TEXT = """A step is a *span*. See [traces](traces.md) for
what a trace is.

```python
import spanlit as cl
```

- Streaming: `stream_token()` adds text to a message.
- Sending ends it.

| a | table |
"""


def section(text: str = TEXT, title: str = "Steps") -> SectionText:
    return SectionText(
        id="steps.md#steps", trail=["Docs", title], path="steps.md", line=3, text=text
    )


def test_the_passage_with_most_of_the_words_is_picked() -> None:
    (quote,) = pick([section()], ["stream", "messages"])

    assert quote.text == "Streaming: `stream_token()` adds text to a message."


def test_links_lose_their_targets_and_the_quote_is_still_supported() -> None:
    (quote,) = pick([section()], ["traces"])

    assert quote.text == "A step is a *span*. See traces for what a trace is."
    assert unsupported([quote.text], [section()]) == []


def test_sections_without_any_of_the_words_are_not_quoted() -> None:
    assert pick([section()], ["pineapple"]) == []


def test_long_passages_are_cut_at_sentences() -> None:
    text = " ".join(f"Sentence {number} says nothing." for number in range(60))

    (quote,) = pick([section(text + " The needle is here. And more.")], ["needle"])

    assert quote.text == "The needle is here. And more."


def test_what_nobody_wrote_is_unsupported() -> None:
    claims = ["Sending ends it.", "Sending never ends."]

    assert unsupported(claims, [section()]) == ["Sending never ends."]


def test_quotes_of_an_answer_are_its_block_quotes() -> None:
    answer = "It ends:\n\n> Sending\n> ends it. [1]\n\nSo there.\n\n> Never. [2]"

    assert quoted(answer) == ["Sending ends it.", "Never."]


def test_an_extracted_answer_has_quotes_an_example_and_sources() -> None:
    answer = extract.compose(pick([section()], ["stream"]))

    assert answer == (
        "### Docs / Steps\n\n"
        "> Streaming: `stream_token()` adds text to a message. [1]\n\n"
        "```python\nimport spanlit as cl\n```\n\n"
        "**Sources**\n\n1. Docs / Steps (`steps.md`, line 3)"
    )
    assert "".join(extract.words(answer)) == answer
    assert quoted(answer) == ["Streaming: `stream_token()` adds text to a message."]


def test_examples_that_are_too_long_are_left_out() -> None:
    assert example(section("```\n" + "line\n" * 50 + "```")) == ""

from pathlib import Path

import pytest

from spanlit.testing import BlockingChatClient

ROOT = Path(__file__).parents[2]


@pytest.fixture
def spanlit_app() -> Path:
    return ROOT / "examples" / "minimal" / "app.py"


def test_it_counts_words(chat: BlockingChatClient) -> None:
    answer = chat.send("one two three")

    assert answer.text == "You sent 3 words."
    assert "tool count_words" in answer.trace.outline()


def test_the_readme_shows_it(spanlit_app: Path) -> None:
    assert f"```python\n{spanlit_app.read_text()}```" in (ROOT / "README.md").read_text()

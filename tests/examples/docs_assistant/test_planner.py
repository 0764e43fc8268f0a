import pytest
from planner import Plan, keywords, parse, plan


def test_a_question_becomes_a_guess_and_searches() -> None:
    question = "How do I stream an answer, and where is the data kept?"

    assert plan(question) == Plan(guess="Stream an answer", searches=["stream answer", "data kept"])


@pytest.mark.parametrize("follow_up", ["And how do I test that?", "Examples?"])
def test_a_follow_up_is_searched_for_with_the_words_before_it(follow_up: str) -> None:
    earlier = ["What is a thread?", "How does streaming work?"]

    (search,) = plan(follow_up, earlier).searches

    assert search.endswith(" streaming")


@pytest.mark.parametrize(
    ("question", "search"),
    [
        (
            "Which environment variables configure exporting?",
            "environment variables configure exporting",
        ),
        ("What is a step?", "step"),
    ],
)
def test_a_question_that_stands_alone_ignores_the_one_before(question: str, search: str) -> None:
    assert plan(question, ["How do I export traces?"]).searches == [search]


@pytest.mark.parametrize("question", ["?", "what is it", "…", "и как?"])
def test_every_question_gives_a_plan(question: str) -> None:
    made = plan(question)

    assert made.searches
    assert made.guess


def test_keywords_leave_out_what_every_question_has() -> None:
    assert keywords("How do I run the app, and how do I stop the app?") == ["run", "app", "stop"]


def test_the_plan_of_a_model_is_read_from_what_it_says_around_it() -> None:
    said = 'Sure!\n```json\n{"guess": "Steps", "searches": ["step decorator", " "]}\n```'

    assert parse(said) == Plan(guess="Steps", searches=["step decorator"])


@pytest.mark.parametrize("said", ["", "no idea", "{}", '{"guess": 1}', "{]}", '{"searches": []}'])
def test_no_plan_is_no_plan(said: str) -> None:
    assert parse(said) is None

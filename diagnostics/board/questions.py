"""The questions a board should ask of any initiative (ours), and where this page answers them. Holds words only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, and where its answer stands or that it does not stand here yet."""

    ask: str
    answer: str


QUESTIONS = (
    Question(
        ask="What does it cost per student?",
        answer="Each initiative above says it per student enrolled at its schools, or with a result where no enrollment is known.",
    ),
    Question(
        ask="Which outcome should it move, by how much and by when?",
        answer="Each strategic goal above names its metric, baseline, target and due date.",
    ),
    Question(
        ask="What did last year’s version deliver?",
        answer="Each initiative says what can be said of its effect, and why not more.",
    ),
    Question(
        ask="What else could this money buy?",
        answer="No page of this product holds it; ask staff for at least two alternatives, one of them cheaper.",
    ),
    Question(
        ask="What happens to it as enrollment falls?",
        answer="No page of this product holds it; ask staff for the cost with a tenth fewer students.",
    ),
    Question(
        ask="Who pays in year three?",
        answer="Ask which part rests on one-time or expiring money, and what takes its place.",
    ),
    Question(
        ask="Who objects, and why?",
        answer="No page of this product holds it; ask staff for the strongest objection in the objector’s own words.",
    ),
)

"""A small district with an initiative to judge: schools of two levels, a metric, its lead. Makes no assertions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.test import Client

from diagnostics.models import EvaluationPlan
from districts.access.permissions import Role
from districts.tenancy import district_scope
from strategy.models import Metric
from tests.cast import Cast
from tests.strategy.decided import a_goal, a_metric, a_school, an_initiative

SERVED = ("Alamo", "Bryant", "Carver", "Drew", "Everett")
OTHERS = ("Flynn", "Glen", "Hoover", "Irving", "Jordan", "Keys")


@dataclass(frozen=True)
class Setting:
    """What tests of plans and check-ins stand on."""

    cast: Cast
    initiative: UUID
    metric: UUID
    schools: dict[str, UUID]

    @property
    def plan_url(self) -> str:
        return f"/d/bay/initiatives/{self.initiative}/plan/"

    @property
    def check_in_url(self) -> str:
        return f"/d/bay/initiatives/{self.initiative}/check-ins/"

    def ids(self, names: tuple[str, ...]) -> list[str]:
        return [str(self.schools[name]) for name in names]

    def typed(self, **changes: object) -> dict[str, object]:
        """Return a plan as a person types it."""
        given: dict[str, object] = {
            "metric": str(self.metric),
            "group": "all",
            "grade": "all",
            "design": "difference_in_differences",
            "assigned_by": "school",
            "chosen_by": "need",
            "chosen_by_note": "",
            "bar": "2",
            "bar_unit": "metric",
            "baseline_year": "2024-25",
            "first_year": "2025-26",
            "outcome_year": "2026-27",
            "planned_dosage": "12",
            "least_dosage": "8",
            "dosage_unit": "sessions a month",
            "students_assigned": "412",
            "served": self.ids(SERVED),
            "comparison": self.ids(OTHERS),
        }
        return given | changes

    def save(self, **changes: object) -> None:
        """Save a draft through its page."""
        response = self.cast.client(Role.CABINET).post(self.plan_url, self.typed(**changes))
        assert response.status_code == 302, response.context["form"].errors

    def lock(self, client: Client | None = None) -> None:
        """Lock the draft through its page."""
        client = client or self.cast.client(Role.CABINET)
        seen = client.get(f"{self.plan_url}lock/").context["seen"]
        assert client.post(f"{self.plan_url}lock/", {"seen": seen}).status_code == 302

    def plans(self) -> list[EvaluationPlan]:
        with district_scope(self.cast.district.pk):
            return list(EvaluationPlan.objects.order_by("created_at"))


def make_setting(cast: Cast, *, kind: str = "initiative") -> Setting:
    """Make an initiative that serves five elementary schools from fall 2025 on."""
    with district_scope(cast.district.pk, cause="test"):
        metric = a_metric(name="Reading on grade", direction="up")
        Metric.objects.create(name="Score", slug="score", direction="up", unit="points")
        schools = {
            name: a_school(name, level="elementary", district_code=str(number)).pk
            for number, name in enumerate((*SERVED, *OTHERS), start=101)
        }
        schools["Lowell"] = a_school("Lowell", level="high", district_code="300").pk
        initiative = an_initiative(
            goal_id=a_goal(
                metric_id=metric,
                direction="up",
                baseline_value=20,
                target_value=30,
            ),
            name="Tutoring",
            kind=kind,
            owner_id=cast.people[Role.INITIATIVE_LEAD].pk,
            school_ids=[schools[name] for name in SERVED],
            serves_from=date(2025, 8, 1),
        )
    return Setting(cast=cast, initiative=initiative, metric=metric, schools=schools)

"""What the demo district decided: goals, initiatives, rules. Modelled by us on public codes.

Must not touch the database. Figures are never given here: they come from the files.
"""

from dataclasses import dataclass, field
from datetime import date

ORIGIN = "Modelled by us on public account codes; not the district's own list."
CHRONIC = "chronic-absenteeism"


@dataclass(frozen=True)
class MetricDefinition:
    """One metric of the demo."""

    slug: str
    name: str
    direction: str
    unit: str
    description: str
    break_years: tuple[int, ...] = ()
    is_leading: bool = False


@dataclass(frozen=True)
class GoalDefinition:
    """One strategic goal; a baseline of None is read from the district's own trend."""

    key: str
    name: str
    metric: str
    group: str
    population: str
    baseline_year: int
    baseline: str | None
    target: str
    due_on: date = date(2027, 6, 30)


@dataclass(frozen=True)
class InitiativeDefinition:
    """One initiative with the patterns of its coding rule."""

    name: str
    kind: str
    goal: str
    patterns: dict[str, str]
    theory: str
    department: str
    grades: str
    groups: str
    review_on: date
    review_rule: str
    schools: str = ""
    schools_note: str = ""
    serves_from: date = date(2020, 7, 1)


@dataclass(frozen=True)
class BandDefinition:
    """A rule that belongs to no initiative."""

    name: str
    band: str
    patterns: dict[str, str] = field(default_factory=dict)


METRICS = (
    MetricDefinition(
        CHRONIC,
        "Chronic absenteeism",
        "down",
        "percent",
        "Share of students who missed a tenth or more of the days they were enrolled. 2020-21 was a year of"
        " distance learning: attendance was counted otherwise, so it stands alone.",
        break_years=(2021, 2022),
    ),
    MetricDefinition(
        "ela-distance-from-standard",
        "Distance from standard: English",
        "up",
        "points",
        "Average points above or below the state's standard in English language arts.",
        break_years=(2022,),
    ),
    MetricDefinition(
        "maths-distance-from-standard",
        "Distance from standard: mathematics",
        "up",
        "points",
        "Average points above or below the state's standard in mathematics.",
        break_years=(2022,),
    ),
    MetricDefinition(
        "science-met",
        "Science test: met or exceeded",
        "up",
        "percent",
        "Share of students tested who met or exceeded the standard of the California Science Test.",
    ),
    MetricDefinition(
        "student-climate",
        "Students' view of culture and climate",
        "up",
        "percent",
        "Share of students with a favourable view. The file carries no year: we take it for the year in which"
        " it was handed out; one snapshot, no trend.",
        is_leading=True,
    ),
)

GOALS = (
    GoalDefinition(
        "attend",
        "Every student comes to school",
        CHRONIC,
        "all",
        "All students",
        2022,
        None,
        "20",
    ),
    GoalDefinition(
        "attend-low-income",
        "Students from low-income families come to school",
        CHRONIC,
        "socioeconomically_disadvantaged",
        "Students from low-income families",
        2022,
        None,
        "25",
    ),
    GoalDefinition(
        "attend-english-learners",
        "English learners come to school",
        CHRONIC,
        "english_learner",
        "English learners",
        2022,
        None,
        "22",
    ),
    GoalDefinition(
        "attend-disabilities",
        "Students with disabilities come to school",
        CHRONIC,
        "disabled",
        "Students with disabilities",
        2022,
        None,
        "28",
    ),
    GoalDefinition(
        "read",
        "Students read and write at grade level",
        "ela-distance-from-standard",
        "all",
        "All students in grades 3 to 8 and 11",
        2019,
        "9.7",
        "20",
    ),
    GoalDefinition(
        "maths",
        "Students do mathematics at grade level",
        "maths-distance-from-standard",
        "all",
        "All students in grades 3 to 8 and 11",
        2019,
        "-7.9",
        "5",
    ),
)

_CONTINUE = (
    "Go on only if the schools served improved more than comparable schools, or if cabinet can say"
    " what will be changed by when."
)
_ENTITLED = "An entitlement: reviewed for cost and quality, never for stopping."
_ONE_TIME = "One-time money: say by the review what is kept, by which lasting source, and what ends."

INITIATIVES = (
    InitiativeDefinition(
        "Title I schools",
        "initiative",
        "attend-low-income",
        {"resource": "3010,3150"},
        "If schools with many low-income families get extra staff and time, then their students"
        " come to school more and learn more.",
        "Federal programs",
        "K-12",
        "Students of schools with high poverty",
        date(2026, 11, 2),
        _CONTINUE,
        schools="r31500_title_i",
        schools_note="Site allocations 2022-23 (preliminary): dollars from Title I.",
    ),
    InitiativeDefinition(
        "Special education",
        "entitlement",
        "attend-disabilities",
        {"goal": "5*"},
        "Students with disabilities get the services their plans promise, in the least restrictive place.",
        "Special education",
        "PK-12",
        "Students with disabilities",
        date(2027, 3, 1),
        _ENTITLED,
    ),
    InitiativeDefinition(
        "Expanded Learning Opportunities",
        "initiative",
        "attend-low-income",
        {"resource": "2600"},
        "If children of low-income families have a good place to learn after school and in summer,"
        " then they attend and achieve more.",
        "Student support",
        "TK-6",
        "Low-income students, English learners, foster youth",
        date(2027, 2, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "After-school programs (ASES, 21st Century)",
        "initiative",
        "attend",
        {"resource": "6010,4124,3225,3227"},
        "If students stay for safe, taught hours after school, then they feel they belong and come"
        " to school.",
        "Student support",
        "K-12",
        "Students who enroll",
        date(2027, 2, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "ESSER III relief",
        "general_support",
        "read",
        {"resource": "3213,3214"},
        "Federal relief kept schools staffed and safe after the pandemic.",
        "Business",
        "PK-12",
        "All students",
        date(2026, 12, 15),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "ESSER II relief",
        "general_support",
        "read",
        {"resource": "3212"},
        "Federal relief kept schools open and staffed during the pandemic.",
        "Business",
        "PK-12",
        "All students",
        date(2026, 12, 15),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "Educator Effectiveness",
        "initiative",
        "read",
        {"resource": "6266"},
        "If teachers and leaders are coached in what they teach, then teaching improves and"
        " students read better.",
        "Curriculum and instruction",
        "PK-12",
        "All students",
        date(2026, 10, 1),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "Learning Recovery",
        "initiative",
        "maths",
        {"resource": "7435"},
        "If students who lost the most get more time and tutoring, then they catch up in"
        " mathematics and reading.",
        "Curriculum and instruction",
        "K-12",
        "Students furthest behind",
        date(2027, 4, 1),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "Arts, Music and Instructional Materials",
        "initiative",
        "attend",
        {"resource": "6762"},
        "If every school has arts, music and good materials, then more students want to be there.",
        "Curriculum and instruction",
        "PK-12",
        "All students",
        date(2027, 2, 1),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "Arts and Music in Schools (Proposition 28)",
        "initiative",
        "attend",
        {"resource": "6770"},
        "If every school employs arts teachers, then students have a reason to come each day.",
        "Curriculum and instruction",
        "PK-12",
        "All students",
        date(2027, 10, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "Universal Prekindergarten",
        "initiative",
        "read",
        {"resource": "6053"},
        "If four-year-olds start school with trained teachers, then they read by third grade.",
        "Early education",
        "TK",
        "Four-year-olds",
        date(2027, 5, 1),
        _ONE_TIME,
        schools="r00444_tk_site_allocation",
        schools_note="Our linking: schools with a transitional kindergarten site allocation in"
        " 2022-23 (preliminary).",
    ),
    InitiativeDefinition(
        "Community schools",
        "initiative",
        "attend-low-income",
        {"resource": "6331,6332"},
        "If health, family and learning services meet at school, then the causes of absence are"
        " dealt with there.",
        "Student support",
        "K-12",
        "Students of the chosen schools",
        date(2027, 10, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "English learners (Title III)",
        "initiative",
        "attend-english-learners",
        {"resource": "4201,4203"},
        "If newcomers and English learners are taught language every day by trained teachers, then"
        " they stay, and are reclassified sooner.",
        "Multilingual pathways",
        "K-12",
        "English learners",
        date(2027, 3, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "Supporting effective instruction (Title II)",
        "initiative",
        "read",
        {"resource": "4035"},
        "If new teachers are mentored, then they stay and teach better.",
        "Curriculum and instruction",
        "K-12",
        "All students",
        date(2027, 3, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "Career technical education",
        "initiative",
        "attend",
        {"resource": "6385,6387,6388,7220"},
        "If high school students see work that school leads to, then they attend and graduate.",
        "College and career",
        "9-12",
        "Students in pathways",
        date(2027, 4, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "A-G access",
        "initiative",
        "maths",
        {"resource": "7412,7413"},
        "If students can repair and take the courses universities ask for, then more of them pass"
        " mathematics.",
        "College and career",
        "9-12",
        "Students off track for university",
        date(2026, 9, 1),
        _ONE_TIME,
    ),
    InitiativeDefinition(
        "State preschool and child care",
        "initiative",
        "read",
        {"fund": "12", "resource": "5025,6105,6127"},
        "If three- and four-year-olds of low-income families have good preschool, then they start"
        " school ready.",
        "Early education",
        "PK",
        "Children of eligible families",
        date(2027, 5, 1),
        _CONTINUE,
    ),
    InitiativeDefinition(
        "Students without a home",
        "initiative",
        "attend",
        {"resource": "5630,5632,5633,5634"},
        "If families without a home get a liaison, transport and supplies, then their children"
        " come to school.",
        "Student support",
        "PK-12",
        "Students without a home",
        date(2027, 1, 15),
        _CONTINUE,
    ),
)

BANDS = (
    BandDefinition("School buildings and debt", "core", {"fund": "20-59"}),
    BandDefinition("Insurance and trust funds", "core", {"fund": "60-79"}),
    BandDefinition("School meals", "core", {"fund": "13"}),
    BandDefinition("Student activity funds", "core", {"fund": "08"}),
    BandDefinition("Adult education", "core", {"fund": "11"}),
    BandDefinition("Routine maintenance", "core", {"resource": "8150"}),
    BandDefinition("Pension paid by the state (no cash)", "core", {"resource": "7690"}),
    BandDefinition("Core instruction: Education Protection Account", "core", {"resource": "1400"}),
    BandDefinition("Core instruction: lottery", "core", {"resource": "1100,6300"}),
    BandDefinition(
        "Unrestricted: supplemental and concentration dollars inside",
        "not_split",
        {"resource": "0000"},
    ),
    BandDefinition("Local taxes and gifts", "not_split", {"resource": "9010"}),
)

DEPARTMENTS = tuple(sorted({i.department for i in INITIATIVES}))

"""The rules every table obeys; must not query: it judges what was read."""

from collections.abc import Iterator

from districts.tenancy.catalog.exceptions import (
    APPEND_ONLY_TABLES,
    OWN_ROW_TABLES,
    PLATFORM_TABLES,
    PROVENANCE_TABLES,
    REFERENCES_WITHOUT_KEY,
    UNAUDITED_TABLES,
    UNIQUE_WITHOUT_DISTRICT,
)
from districts.tenancy.catalog.finding import Finding
from districts.tenancy.catalog.reading import Policy, Relation

DISTRICT = "district_id"
# PostgreSQL's own wording of constraints.DISTRICT_IS_OPEN.
IS_OPEN = (
    "(district_id = ( SELECT (NULLIF(current_setting('srm.district_id'::text, true), ''::text))"
    '::bigint AS "nullif"))'
)
IS_OWN = (
    "(({column})::text = ( SELECT NULLIF(current_setting('srm.{setting}'::text, true), ''::text)"
    ' AS "nullif"))'
)
AFTER_EACH_ROW_WRITTEN = 0b11101  # FOR EACH ROW, not BEFORE, INSERT, DELETE, UPDATE


def is_tenant(relation: Relation) -> bool:
    """Say whether a table's rows belong to districts: every table that is not listed otherwise."""
    return relation.kind in "rp" and relation.name not in PLATFORM_TABLES


def examine(relation: Relation, relations: dict[str, Relation]) -> Iterator[Finding]:
    """Yield what is wrong with one table; views are judged elsewhere."""
    if relation.kind not in "rp":
        return
    if relation.has_rules:
        yield Finding(
            relation.name,
            "has a rewrite rule, which runs with its owner's rights",
            "Drop the rule; write the statement in a service.",
        )
    if not is_tenant(relation):
        yield from _platform(relation, relations)
        return
    if DISTRICT not in relation.columns:
        yield Finding(
            relation.name,
            "has no district_id and is not a listed platform table",
            "Inherit DistrictModel or FactModel, or list it with its reason in"
            " districts/tenancy/catalog/exceptions.py.",
        )
        return
    yield from _row_security(relation)
    yield from _district_column(relation)
    yield from _foreign_keys(relation, relations)
    yield from _indexes(relation, relations)
    yield from _trigger(relation)


def _platform(relation: Relation, relations: dict[str, Relation]) -> Iterator[Finding]:
    for key in relation.foreign_keys:
        if is_tenant(relations[key.parent]):
            yield Finding(
                relation.name,
                f"is a platform table and names rows of {key.parent} ({key.name})",
                "A platform table must not name a district's rows: make it a tenant table.",
            )


def _row_security(relation: Relation) -> Iterator[Finding]:
    if not relation.has_row_security:
        yield Finding(
            relation.name,
            "row-level security is not enabled",
            "Start Meta.constraints with district_table(...) and migrate.",
        )
    if not relation.is_forced:
        yield Finding(
            relation.name,
            "row-level security is not forced: its owner passes by",
            "ALTER TABLE ... FORCE ROW LEVEL SECURITY in the migration that lifted it.",
        )
    expected = set(_expected_policies(relation.name))
    for policy in relation.policies:
        if policy not in expected:
            yield Finding(
                relation.name,
                f"has a policy of other words: {policy}",
                "Use DistrictPolicy; an extra way in belongs in OWN_ROW_TABLES, with its reason.",
            )
    for policy in expected - set(relation.policies):
        yield Finding(
            relation.name,
            f"lacks the policy {policy}",
            "Start Meta.constraints with district_table(...) and migrate.",
        )


def _expected_policies(table: str) -> Iterator[Policy]:
    if table in APPEND_ONLY_TABLES:
        yield Policy("r", True, True, IS_OPEN, None)
        yield Policy("a", True, True, None, IS_OPEN)
        return
    yield Policy("*", True, True, IS_OPEN, IS_OPEN)
    if table in OWN_ROW_TABLES:
        column, setting, _ = OWN_ROW_TABLES[table]
        yield Policy("r", True, True, IS_OWN.format(column=column, setting=setting), None)


def _district_column(relation: Relation) -> Iterator[Finding]:
    column = relation.columns[DISTRICT]
    if not column.is_required or column.type != "bigint":
        yield Finding(
            relation.name,
            f"district_id is {column.type}, {'required' if column.is_required else 'may be null'}",
            "district_id is bigint NOT NULL: inherit DistrictModel or FactModel.",
        )


def _foreign_keys(relation: Relation, relations: dict[str, Relation]) -> Iterator[Finding]:
    keyed: set[str] = set()
    for key in relation.foreign_keys:
        keyed.update(key.columns)
        if not key.is_held:
            yield Finding(
                relation.name,
                f"foreign key {key.name} is not validated, not enforced or switched off",
                "Add it with DistrictForeignKey, which validates rows that exist.",
            )
        if not is_tenant(relations[key.parent]):
            continue
        pairs = list(zip(key.columns, key.parent_columns, strict=True))
        if (DISTRICT, DISTRICT) not in pairs:
            yield Finding(
                relation.name,
                f"foreign key {key.name} names {key.parent} without the district",
                "Use parent_key() with district_table(parents=...): the check of a foreign key"
                " passes row-level security.",
            )
    for column in relation.columns.values():
        is_reference = column.name.endswith("_id") and column.type in ("uuid", "bigint", "integer")
        listed = (relation.name, column.name) in REFERENCES_WITHOUT_KEY
        if is_reference and column.name not in {*keyed, DISTRICT} and not listed:
            yield Finding(
                relation.name,
                f"column {column.name} names a row but no foreign key holds it",
                "Name the parent in district_table(parents=...), or list it with its reason.",
            )


def _indexes(relation: Relation, relations: dict[str, Relation]) -> Iterator[Finding]:
    to_platform = {
        key.columns[0]
        for key in relation.foreign_keys
        if len(key.columns) == 1 and not is_tenant(relations[key.parent])
    }
    for index in relation.indexes:
        first = index.columns[0]
        if first == DISTRICT or index.is_primary or index.name in UNIQUE_WITHOUT_DISTRICT:
            continue
        if index.is_unique:
            yield Finding(
                relation.name,
                f"unique index {index.name} does not start with district_id",
                'Begin the fields with "district": a unique key over all districts tells that'
                " another's row exists.",
            )
        elif first not in to_platform:
            yield Finding(
                relation.name,
                f"index {index.name} does not start with district_id",
                'Begin the fields with "district" (a SlugField needs db_index=False).',
            )


def _trigger(relation: Relation) -> Iterator[Finding]:
    if relation.name in UNAUDITED_TABLES or _is_bulk_fact(relation):
        return
    if not any(
        t.function == "srm_audit" and t.kind == AFTER_EACH_ROW_WRITTEN and t.is_unconditional
        for t in relation.triggers
    ):
        yield Finding(
            relation.name,
            "writes leave no audit event",
            "Use district_table(audited=True), or list it with its reason in UNAUDITED_TABLES.",
        )


def _is_bulk_fact(relation: Relation) -> bool:
    key = relation.columns.get("id")
    names_its_source = any(k.parent in PROVENANCE_TABLES for k in relation.foreign_keys)
    return key is not None and key.type == "bigint" and names_its_source

"""Row-level security as Django constraints, migrated with their table; must not hold queries."""

from typing import Any

from django.apps import apps as global_apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DISTRICT_IS_OPEN = "district_id = (SELECT nullif(current_setting('srm.district_id', true), '')::bigint)"


def _editor(schema_editor: BaseDatabaseSchemaEditor | None) -> BaseDatabaseSchemaEditor:
    if schema_editor is None:
        raise ValueError("a constraint is made by a migration")
    return schema_editor


class _SqlConstraint(models.BaseConstraint):
    """A constraint made of SQL statements that run once the table stands."""

    options: tuple[str, ...] = ()

    def __init__(self, *, name: str, **kwargs: Any) -> None:
        super().__init__(name=name)
        for option in self.options:
            setattr(self, option, kwargs.pop(option, None))
        if kwargs:
            raise TypeError(f"unknown options {sorted(kwargs)}")

    def statements(self, table: str) -> list[str]:
        """Return what makes the constraint on the quoted table."""
        raise NotImplementedError

    def removal(self, table: str) -> list[str]:
        """Return what takes the constraint away from the quoted table."""
        raise NotImplementedError

    def constraint_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Wait for the end of the migration: nothing stands in the CREATE TABLE itself."""
        editor = _editor(schema_editor)
        editor.deferred_sql.extend(self.statements(_quoted(model, editor)))
        return ""

    def create_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Return the statements that add the constraint to a table that stands."""
        return ";\n".join(self.statements(_quoted(model, _editor(schema_editor))))

    def remove_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Return the statements that remove the constraint."""
        return ";\n".join(self.removal(_quoted(model, _editor(schema_editor))))

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "") -> None:
        """Leave the check to the database."""

    def deconstruct(self) -> Any:
        """Name the class and its options for a migration."""
        path, args, kwargs = super().deconstruct()
        kwargs.update({o: getattr(self, o) for o in self.options if getattr(self, o) is not None})
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SqlConstraint) and bool(self.deconstruct() == other.deconstruct())

    def __hash__(self) -> int:
        return hash((type(self), self.name))


def _quoted(model: type[models.Model] | None, editor: BaseDatabaseSchemaEditor) -> str:
    if model is None:
        raise ValueError("a constraint needs its table")
    return editor.quote_name(model._meta.db_table)


class DistrictPolicy(_SqlConstraint):
    """Row-level security, enabled and forced: rows of the open district only.

    `or_own` = (column, setting) also lets a row be read (never written) when the column equals
    the transaction's `srm.<setting>`: a person's own memberships, a credential's own row.
    `append_only` allows SELECT and INSERT, nothing else, also by grant.
    """

    options = ("or_own", "append_only")
    or_own: tuple[str, str] | None
    append_only: bool | None

    def statements(self, table: str) -> list[str]:
        """Return what makes the constraint on the quoted table."""
        own = ""
        if self.or_own:
            column, setting = self.or_own
            own = f" OR {column}::text = (SELECT nullif(current_setting('srm.{setting}', true), ''))"
        sql = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        ]
        if self.append_only:
            sql += [
                f"CREATE POLICY {self.name} ON {table} FOR SELECT USING ({DISTRICT_IS_OPEN})",
                f"CREATE POLICY {self.name}_insert ON {table} FOR INSERT WITH CHECK ({DISTRICT_IS_OPEN})",
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM srm_app",
            ]
        elif own:
            sql += [
                (
                    f"CREATE POLICY {self.name} ON {table}"
                    f" USING ({DISTRICT_IS_OPEN}) WITH CHECK ({DISTRICT_IS_OPEN})"
                ),
                f"CREATE POLICY {self.name}_own ON {table} FOR SELECT USING ({own.removeprefix(' OR ')})",
            ]
        else:
            sql.append(
                f"CREATE POLICY {self.name} ON {table}"
                f" USING ({DISTRICT_IS_OPEN}) WITH CHECK ({DISTRICT_IS_OPEN})"
            )
        return sql

    def removal(self, table: str) -> list[str]:
        """Return what takes the constraint away from the quoted table."""
        return [
            f"DROP POLICY IF EXISTS {self.name} ON {table}",
            f"DROP POLICY IF EXISTS {self.name}_insert ON {table}",
            f"DROP POLICY IF EXISTS {self.name}_own ON {table}",
        ]


class _ParentConstraint(_SqlConstraint):
    """A constraint on a column that names a row of another table, the parent."""

    options = ("field", "to")
    field: str
    to: str

    @property
    def parent(self) -> str:
        """Return the parent's table."""
        return self.to.replace(".", "_").lower()

    def create_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Wait for the end of the migration: the parent, or its unique key, may still be to come."""
        self.constraint_sql(model, schema_editor)
        return ""


class DistrictForeignKey(_ParentConstraint):
    """Composite foreign key (district_id, <field>_id): a parent of another district cannot be named.

    Adding it lifts FORCE for the owner in the same transaction, else nothing would be validated.
    """

    def statements(self, table: str) -> list[str]:
        """Return what makes the constraint on the quoted table."""
        column = f"{self.field}_id"
        parent = f'"{self.parent}"'
        return [
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {parent} NO FORCE ROW LEVEL SECURITY",
            (
                f"ALTER TABLE {table} ADD CONSTRAINT {self.name}"
                f" FOREIGN KEY (district_id, {column}) REFERENCES {parent} (district_id, id)"
                " DEFERRABLE INITIALLY DEFERRED"
            ),
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {parent} FORCE ROW LEVEL SECURITY",
        ]

    def removal(self, table: str) -> list[str]:
        """Return what takes the constraint away from the quoted table."""
        return [f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {self.name}"]

    def parent_model(self) -> type[models.Model]:
        """Return the parent's model class."""
        return global_apps.get_model(self.to)


class BulkForeignKey(_ParentConstraint):
    """The promise of DistrictForeignKey for bulk facts, at no price a row.

    PostgreSQL looks a foreign key up row by row: seconds for a million rows. Here a restrictive policy
    admits a row only when its parent is among the open district's, looked up once a statement; a parent
    that still has rows cannot be deleted, nor its key changed; and while a district's parents are
    being deleted, no row can be added (lock_not_available: try again). Rows that exist are not looked at.
    """

    def statements(self, table: str) -> list[str]:
        """Return what makes the constraint on the quoted table."""
        column, each = f"{self.field}_id", "FOR EACH STATEMENT EXECUTE FUNCTION"
        own = f"(SELECT id FROM {self.parent})"  # noqa: S608 - the model's own names
        has_parent = f"WITH CHECK ({column} IS NULL OR {column} IN {own})"
        return [
            *BULK_KEY_FUNCTIONS,
            f"CREATE POLICY {self.name} ON {table} AS RESTRICTIVE FOR INSERT {has_parent}",
            f"CREATE POLICY {self.name}_update ON {table} AS RESTRICTIVE FOR UPDATE USING (true) {has_parent}",
            f"CREATE TRIGGER {self.name} BEFORE INSERT OR UPDATE ON {table} {each} srm_hold_parents()",
            (
                f'CREATE TRIGGER {self.name} AFTER DELETE ON "{self.parent}" REFERENCING OLD TABLE AS gone'
                f" {each} srm_refuse_orphans({table}, {column})"
            ),
            (
                f'CREATE TRIGGER {self.name}_kept AFTER UPDATE OF id, district_id ON "{self.parent}"'
                " FOR EACH ROW EXECUTE FUNCTION srm_keep_key()"
            ),
        ]

    def removal(self, table: str) -> list[str]:
        """Return what takes the constraint away from the quoted table."""
        return [
            f"DROP POLICY IF EXISTS {self.name} ON {table}",
            f"DROP POLICY IF EXISTS {self.name}_update ON {table}",
            f"DROP TRIGGER IF EXISTS {self.name} ON {table}",
            f'DROP TRIGGER IF EXISTS {self.name} ON "{self.parent}"',
            f'DROP TRIGGER IF EXISTS {self.name}_kept ON "{self.parent}"',
        ]


# A row is added under a shared lock of its district and table, parents are deleted under the exclusive
# one. Adding does not wait: its statement would go on with what it saw before the parent went.
BULK_KEY_FUNCTIONS = (
    """
CREATE OR REPLACE FUNCTION srm_bulk_lock(child text, district text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT hashtextextended(child || ':' || district, 0) $$
""",
    """
CREATE OR REPLACE FUNCTION srm_hold_parents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(
        srm_bulk_lock(TG_TABLE_NAME, coalesce(current_setting('srm.district_id', true), ''))
    ) THEN
        RAISE lock_not_available USING MESSAGE = format('what %s names is being deleted', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE OR REPLACE FUNCTION srm_refuse_orphans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    orphaned boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(
        srm_bulk_lock(TG_ARGV[0], coalesce(current_setting('srm.district_id', true), ''))
    );
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM gone g JOIN %I c ON c.district_id = g.district_id AND c.%I = g.id)',
        TG_ARGV[0], TG_ARGV[1]
    ) INTO orphaned;
    IF orphaned THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('rows of %s still name it (%s)', TG_ARGV[0], TG_NAME), CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE OR REPLACE FUNCTION srm_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.district_id) IS DISTINCT FROM (NEW.id, NEW.district_id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('the key of a row that bulk facts name never changes (%s)', TG_NAME);
    END IF;
    RETURN NULL;
END $$
""",
)


class Audited(_SqlConstraint):
    """Every row written to the table leaves an audit event (who, what, before, after)."""

    def statements(self, table: str) -> list[str]:
        """Return what makes the constraint on the quoted table."""
        return [
            (
                f"CREATE TRIGGER {self.name} AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION srm_audit()"
            )
        ]

    def removal(self, table: str) -> list[str]:
        """Return what takes the constraint away from the quoted table."""
        return [f"DROP TRIGGER IF EXISTS {self.name} ON {table}"]


def district_table(
    name: str,
    *,
    parents: dict[str, str] | None = None,
    bulk_parents: dict[str, str] | None = None,
    audited: bool = True,
    referenced: bool = True,
) -> list[models.BaseConstraint]:
    """Return the constraints that every tenant table starts with.

    `name` is the table's short name, `parents` maps a foreign key field to "app.Model". Bulk
    facts and results pass `audited=False`: their import run or calculation run is audited instead.
    `bulk_parents` are held by a policy in place of a foreign key, for tables filled by the million.
    A table that no other table names passes `referenced=False` and saves an index.
    """
    constraints: list[models.BaseConstraint] = [DistrictPolicy(name=f"{name}_district")]
    if referenced:
        constraints.append(models.UniqueConstraint(fields=["district", "id"], name=f"{name}_district_id"))
    if audited:
        constraints.append(Audited(name=f"{name}_audit"))
    for field, to in (parents or {}).items():
        constraints.append(DistrictForeignKey(name=f"{name}_{field}_fk", field=field, to=to))
    for field, to in (bulk_parents or {}).items():
        constraints.append(BulkForeignKey(name=f"{name}_{field}_bulk_fk", field=field, to=to))
    return constraints

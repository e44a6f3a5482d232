"""Ways in which a database could stop keeping districts apart, and the words the audit finds them by.

Each mutation is one mistake somebody could make in a migration or at a psql prompt. Makes no rows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """A mistake as SQL, who makes it, and what the audit must say of it."""

    name: str
    sql: str
    where: str
    problem: str
    by: str = "srm_owner"


OPEN = "district_id = (SELECT nullif(current_setting('srm.district_id', true), '')::bigint)"
NEW = (
    "CREATE TABLE widget (id uuid PRIMARY KEY DEFAULT uuidv7(),"
    " district_id bigint NOT NULL REFERENCES districts_district, school_id uuid, name text);"
)
SECURED = (
    NEW + "ALTER TABLE widget ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
    f"CREATE POLICY p ON widget USING ({OPEN}) WITH CHECK ({OPEN});"
    "CREATE TRIGGER a AFTER INSERT OR UPDATE OR DELETE ON widget FOR EACH ROW EXECUTE FUNCTION srm_audit();"
)
SCHOOL = "districts_school"
CHANGE_POLICY = f"DROP POLICY school_district ON {SCHOOL}; CREATE POLICY school_district ON {SCHOOL} "

ENTRIES, BULK = "investments_ledgerentry", "ledgerentry_filing_bulk_fk"
PERMISSIVE_KEY = (
    f"DROP POLICY {BULK} ON {ENTRIES}; CREATE POLICY {BULK} ON {ENTRIES} FOR INSERT"
    " WITH CHECK (filing_id IS NULL OR filing_id IN (SELECT id FROM districts_filing))"
)

POLICIES = (
    Mutation("policy dropped", f"DROP POLICY school_district ON {SCHOOL}", SCHOOL, "lacks the policy"),
    Mutation("security disabled", f"ALTER TABLE {SCHOOL} DISABLE ROW LEVEL SECURITY", SCHOOL, "not enabled"),
    Mutation("not forced", f"ALTER TABLE {SCHOOL} NO FORCE ROW LEVEL SECURITY", SCHOOL, "not forced"),
    Mutation("no check", f"{CHANGE_POLICY} USING ({OPEN})", SCHOOL, "policy of other words"),
    Mutation(
        "check lets all in",
        f"{CHANGE_POLICY} USING ({OPEN}) WITH CHECK (true)",
        SCHOOL,
        "policy of other words",
    ),
    Mutation(
        "policy for one role",
        f"{CHANGE_POLICY} TO srm_backup USING ({OPEN}) WITH CHECK ({OPEN})",
        SCHOOL,
        "policy of other words",
    ),
    Mutation(
        "second, permissive policy",
        f"CREATE POLICY school_public ON {SCHOOL} FOR SELECT USING (level = 'high')",
        SCHOOL,
        "policy of other words",
    ),
    Mutation(
        "policy that opens when nothing is set",
        f"{CHANGE_POLICY} USING ({OPEN} OR current_setting('srm.district_id', true) IS NULL)",
        SCHOOL,
        "policy of other words",
    ),
    Mutation(
        "policy on another setting",
        f"{CHANGE_POLICY} USING ({OPEN.replace('srm.district_id', 'app.district_id')})",
        SCHOOL,
        "policy of other words",
    ),
    Mutation(
        "audit trail may be rewritten by policy",
        f"CREATE POLICY more ON districts_auditevent FOR UPDATE USING ({OPEN})",
        "districts_auditevent",
        "policy of other words",
    ),
)

TABLES = (
    Mutation(
        "unlisted table", "CREATE TABLE notes (id bigint PRIMARY KEY)", "notes", "not a listed platform"
    ),
    Mutation(
        "table in another schema",
        "CREATE SCHEMA extra; CREATE TABLE extra.notes (id int)",
        "extra.notes",
        "not a listed platform",
    ),
    Mutation("bare tenant table", NEW, "widget", "row-level security is not enabled"),
    Mutation(
        "district may be null", f"ALTER TABLE {SCHOOL} ALTER district_id DROP NOT NULL", SCHOOL, "may be null"
    ),
    Mutation(
        "partition without a policy",
        "CREATE TABLE ledger (district_id bigint NOT NULL, id bigint) PARTITION BY LIST (district_id);"
        "CREATE TABLE ledger_1 PARTITION OF ledger FOR VALUES IN (1);",
        "ledger_1",
        "row-level security is not enabled",
    ),
    Mutation("child table", f"CREATE TABLE school_old () INHERITS ({SCHOOL})", "school_old", "not enabled"),
    Mutation(
        "plain foreign key",
        f"{SECURED} ALTER TABLE widget ADD FOREIGN KEY (school_id) REFERENCES {SCHOOL}",
        "widget",
        "without the district",
    ),
    Mutation("no foreign key", SECURED, "widget", "no foreign key holds it"),
    Mutation(
        "foreign key never validated",
        f"{SECURED} ALTER TABLE widget ADD FOREIGN KEY (district_id, school_id)"
        f" REFERENCES {SCHOOL} (district_id, id) NOT VALID",
        "widget",
        "not validated",
    ),
    Mutation(
        "foreign key not enforced",
        f"{SECURED} ALTER TABLE widget ADD FOREIGN KEY (district_id, school_id)"
        f" REFERENCES {SCHOOL} (district_id, id) NOT ENFORCED",
        "widget",
        "not enforced",
    ),
    Mutation(
        "foreign key switched off",
        "ALTER TABLE strategy_goal DISABLE TRIGGER ALL",
        "strategy_goal",
        "switched off",
        by="postgres",
    ),
    Mutation(
        "unique over all districts",
        f"CREATE UNIQUE INDEX ON {SCHOOL} (state_code)",
        SCHOOL,
        "does not start with district_id",
    ),
    Mutation(
        "unique on an expression",
        f"CREATE UNIQUE INDEX ON {SCHOOL} (lower(name), district_id)",
        SCHOOL,
        "does not start with district_id",
    ),
    Mutation("index over all districts", f"CREATE INDEX ON {SCHOOL} (name)", SCHOOL, "does not start with"),
    Mutation(
        "platform table names a tenant row",
        f"ALTER TABLE districts_mark ADD school uuid REFERENCES {SCHOOL}",
        "districts_mark",
        "names rows of",
    ),
    Mutation(
        "bulk key without a policy", f"DROP POLICY {BULK} ON {ENTRIES}", ENTRIES, "policy of other words"
    ),
    Mutation(
        "bulk key that lets every parent in",
        f"ALTER POLICY {BULK}_update ON {ENTRIES} WITH CHECK (true)",
        ENTRIES,
        "no foreign key holds it",
    ),
    Mutation("bulk key of another's words", PERMISSIVE_KEY, ENTRIES, "policy of other words"),
    Mutation(
        "bulk key that lets its parent go",
        f"ALTER TABLE districts_filing DISABLE TRIGGER {BULK}",
        ENTRIES,
        "not enforced or switched off",
    ),
    Mutation(
        "bulk key whose parent's key may change",
        f"DROP TRIGGER {BULK}_kept ON districts_filing",
        ENTRIES,
        "not enforced or switched off",
    ),
    Mutation("bulk key that holds nobody off", f"DROP TRIGGER {BULK} ON {ENTRIES}", ENTRIES, "not enforced"),
    Mutation("audit trigger dropped", f"DROP TRIGGER school_audit ON {SCHOOL}", SCHOOL, "no audit event"),
    Mutation(
        "audit trigger disabled",
        f"ALTER TABLE {SCHOOL} DISABLE TRIGGER school_audit",
        SCHOOL,
        "no audit event",
    ),
    Mutation(
        "audit trigger forgets deletes",
        f"DROP TRIGGER school_audit ON {SCHOOL}; CREATE TRIGGER school_audit AFTER INSERT OR UPDATE ON {SCHOOL}"
        " FOR EACH ROW EXECUTE FUNCTION srm_audit()",
        SCHOOL,
        "no audit event",
    ),
    Mutation(
        "rewrite rule", f"CREATE RULE r AS ON UPDATE TO {SCHOOL} DO ALSO SELECT 1", SCHOOL, "rewrite rule"
    ),
)

SURROUNDINGS = (
    Mutation(
        "view with its owner's rights",
        f"CREATE VIEW all_schools AS SELECT * FROM {SCHOOL}",
        "all_schools",
        "owner's rights",
    ),
    Mutation(
        "materialized view",
        f"CREATE MATERIALIZED VIEW copied AS SELECT * FROM {SCHOOL}",
        "copied",
        "materialized view",
    ),
    Mutation(
        "table of another owner",
        "CREATE TABLE public.extra (id int)",
        "extra",
        "owned by postgres",
        by="postgres",
    ),
    Mutation(
        "security definer",
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "function public.peek",
        "SECURITY DEFINER",
    ),
    Mutation(
        "leakproof function",
        "CREATE FUNCTION leak(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'",
        "function public.leak",
        "LEAKPROOF",
        by="postgres",
    ),
    Mutation("truncate granted", f"GRANT TRUNCATE ON {SCHOOL} TO srm_app", SCHOOL, "srm_app may TRUNCATE"),
    Mutation(
        "references granted", f"GRANT REFERENCES ON {SCHOOL} TO srm_app", SCHOOL, "srm_app may REFERENCES"
    ),
    Mutation("trigger granted", f"GRANT TRIGGER ON {SCHOOL} TO srm_app", SCHOOL, "srm_app may TRIGGER"),
    Mutation("granted to all", f"GRANT SELECT ON {SCHOOL} TO PUBLIC", SCHOOL, "PUBLIC may SELECT"),
    Mutation("backup may write", f"GRANT DELETE ON {SCHOOL} TO srm_backup", SCHOOL, "srm_backup may DELETE"),
    Mutation(
        "audit may be rewritten",
        "GRANT UPDATE ON districts_auditevent TO srm_app",
        "districts_auditevent",
        "srm_app may UPDATE",
    ),
    Mutation(
        "audit column may be rewritten",
        "GRANT UPDATE (after) ON districts_auditevent TO srm_app",
        "districts_auditevent",
        "srm_app may UPDATE",
    ),
    Mutation(
        "audit may be deleted",
        "GRANT DELETE ON districts_auditevent TO srm_app",
        "districts_auditevent",
        "srm_app may DELETE",
    ),
    Mutation(
        "app may create", "GRANT CREATE ON SCHEMA public TO srm_app", "schema public", "may create tables"
    ),
    Mutation("app bypasses", "ALTER ROLE srm_app BYPASSRLS", "role srm_app", "BYPASSRLS", by="postgres"),
    Mutation("app is superuser", "ALTER ROLE srm_app SUPERUSER", "role srm_app", "superuser", by="postgres"),
    Mutation(
        "owner bypasses", "ALTER ROLE srm_owner BYPASSRLS", "role srm_owner", "BYPASSRLS", by="postgres"
    ),
    Mutation(
        "app is a member of the owner",
        "GRANT srm_owner TO srm_app",
        "role srm_app",
        "member of srm_owner",
        by="postgres",
    ),
    Mutation(
        "district set for every session",
        "ALTER ROLE srm_app SET srm.district_id = '1'",
        "role srm_app",
        "starts every session",
        by="postgres",
    ),
    Mutation("extension", "CREATE EXTENSION dblink", "extension dblink", "not listed", by="postgres"),
)

ALL = (*POLICIES, *TABLES, *SURROUNDINGS)

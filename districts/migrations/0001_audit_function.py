"""The trigger function behind `Audited`: one row written, one audit event."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION srm_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL
        ELSE to_jsonb(OLD) - 'token_hash' - 'key_hash' END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL
        ELSE to_jsonb(NEW) - 'token_hash' - 'key_hash' END;
BEGIN
    IF TG_OP = 'UPDATE' AND old_row = new_row THEN
        RETURN NULL;
    END IF;
    INSERT INTO districts_auditevent
        (district_id, at, actor_id, cause, table_name, row_id, action, before, after)
    VALUES (
        (coalesce(new_row, old_row) ->> 'district_id')::bigint,
        clock_timestamp(),
        nullif(current_setting('srm.actor_id', true), '')::bigint,
        left(coalesce(current_setting('srm.cause', true), ''), 200),
        TG_TABLE_NAME,
        coalesce(new_row, old_row) ->> 'id',
        lower(TG_OP),
        old_row,
        new_row
    );
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION srm_audit()")]

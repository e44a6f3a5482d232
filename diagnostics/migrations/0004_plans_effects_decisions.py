import districts.tenancy.base
import districts.tenancy.constraints
import districts.tenancy.scope
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0003_targets_reached'),
        ('districts', '0008_school_aliases'),
        ('districts', '__first__'),
        ('investments', '0003_ledger_entries_held_by_policy'),
        ('strategy', '0002_student_sd_and_filed_schools'),
    ]

    operations = [
        migrations.AddField(
            model_name='initiativereturn',
            name='is_capped',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='initiativereturn',
            name='is_early_look',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='initiativereturn',
            name='issue',
            field=models.PositiveSmallIntegerField(default=0, help_text='Which version of the verdict at the planned look this is; 0: none is issued yet.'),
        ),
        migrations.AddField(
            model_name='initiativereturn',
            name='ratio',
            field=models.JSONField(default=dict, help_text='Cost per student, effect per $1,000 and cost per SD with their years, students and units; or why there is none.'),
        ),
        migrations.AddField(
            model_name='metricresult',
            name='grade',
            field=models.CharField(default='all', max_length=20),
        ),
        migrations.AddField(
            model_name='metricresult',
            name='levels',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='trend',
            name='grade',
            field=models.CharField(default='all', max_length=20),
        ),
        migrations.AddField(
            model_name='trend',
            name='on_track',
            field=models.JSONField(default=dict, help_text="Of the district's: by strategic goals' direction, target and due year, the probability that the target is reached by then, and on how many points it stands."),
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.UUIDField(db_default=districts.tenancy.base.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField()),
                ('planned_dosage', models.DecimalField(decimal_places=2, max_digits=10)),
                ('delivered_dosage', models.DecimalField(decimal_places=2, max_digits=10)),
                ('students_assigned', models.PositiveIntegerField(blank=True, null=True)),
                ('students_reached', models.PositiveIntegerField(blank=True, help_text='Students who got at least the least dosage that counts.', null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField(auto_now=True)),
                ('district', models.ForeignKey(db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('filing', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.filing')),
                ('initiative', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.school')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(db_default=districts.tenancy.base.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('recommendation', models.CharField(choices=[('scale', 'Scale'), ('sustain', 'Sustain'), ('adjust', 'Adjust'), ('extend', 'Extend for evidence'), ('stop', 'Stop')], max_length=7)),
                ('reason', models.TextField()),
                ('finance_view', models.TextField(blank=True)),
                ('academics_view', models.TextField(blank=True)),
                ('next_review_on', models.DateField(blank=True, null=True)),
                ('evidence', models.JSONField()),
                ('evidence_hash', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('board_action', models.CharField(blank=True, choices=[('adopted', 'Adopted'), ('rejected', 'Rejected')], max_length=8)),
                ('board_on', models.DateField(blank=True, null=True)),
                ('board_item', models.CharField(blank=True, max_length=120)),
                ('board_note', models.TextField(blank=True)),
                ('board_recorded_at', models.DateTimeField(blank=True, null=True)),
                ('board_recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('initiative', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EvaluationPlan',
            fields=[
                ('id', models.UUIDField(db_default=districts.tenancy.base.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('group', models.CharField(default='all', max_length=60)),
                ('grade', models.CharField(default='all', max_length=20)),
                ('design', models.CharField(choices=[('randomised', 'Drawn by lot'), ('difference_in_differences', 'Change beside comparison schools'), ('before_after', 'Before and after (description only)')], max_length=30)),
                ('assigned_by', models.CharField(choices=[('student', 'Student by student'), ('school', 'Whole schools')], default='school', max_length=7)),
                ('chosen_by', models.CharField(choices=[('everyone', 'Everybody at the schools served'), ('lottery', 'By lot'), ('same_score', 'By the same measure, the year before'), ('earlier_score', 'By an earlier score'), ('need', 'By need of the school'), ('referral', 'By referral'), ('volunteers', 'They volunteered'), ('unknown', 'Nobody knows')], default='unknown', max_length=13)),
                ('chosen_by_note', models.CharField(blank=True, max_length=300)),
                ('bar', models.DecimalField(decimal_places=4, max_digits=10)),
                ('bar_unit', models.CharField(choices=[('metric', "In the metric's own unit"), ('student_sd', 'In student standard deviations')], default='metric', max_length=10)),
                ('baseline_year', models.PositiveSmallIntegerField()),
                ('first_year', models.PositiveSmallIntegerField()),
                ('outcome_year', models.PositiveSmallIntegerField()),
                ('planned_dosage', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('least_dosage', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('dosage_unit', models.CharField(blank=True, help_text='For example sessions a month.', max_length=60)),
                ('students_assigned', models.PositiveIntegerField(blank=True, null=True)),
                ('is_retrospective', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('locked_at', models.DateTimeField(blank=True, null=True)),
                ('replaced_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('initiative', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
                ('locked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('metric', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.metric')),
            ],
        ),
        migrations.CreateModel(
            name='Effect',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('row_key', models.CharField(max_length=64)),
                ('row_hash', models.CharField(max_length=64)),
                ('shown_from', models.DateTimeField()),
                ('shown_until', models.DateTimeField(null=True)),
                ('design', models.CharField(max_length=30)),
                ('method', models.CharField(blank=True, max_length=60)),
                ('unit', models.CharField(max_length=20)),
                ('outcome_year', models.PositiveSmallIntegerField(null=True)),
                ('is_early_look', models.BooleanField(default=False)),
                ('estimate', models.FloatField(null=True)),
                ('standard_error', models.FloatField(null=True)),
                ('degrees_of_freedom', models.FloatField(null=True)),
                ('low', models.FloatField(null=True)),
                ('high', models.FloatField(null=True)),
                ('low_80', models.FloatField(null=True)),
                ('bar', models.FloatField(null=True)),
                ('students_treated', models.PositiveIntegerField(null=True)),
                ('students_comparison', models.PositiveIntegerField(null=True)),
                ('clusters_treated', models.PositiveIntegerField(null=True)),
                ('clusters_comparison', models.PositiveIntegerField(null=True)),
                ('p_cr2', models.FloatField(null=True)),
                ('p_bootstrap', models.FloatField(null=True)),
                ('p_permutation', models.FloatField(null=True)),
                ('placebo_rank', models.PositiveIntegerField(null=True)),
                ('placebos', models.PositiveIntegerField(null=True)),
                ('pre_periods', models.PositiveSmallIntegerField(null=True)),
                ('worst_pre_period', models.FloatField(null=True)),
                ('baseline_difference', models.FloatField(null=True)),
                ('expected_regression', models.FloatField(null=True)),
                ('students_needed', models.PositiveIntegerField(null=True)),
                ('gates', models.JSONField(default=list)),
                ('series', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('district', models.ForeignKey(db_constraint=False, db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('initiative', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.calculationrun')),
                ('plan', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='diagnostics.evaluationplan')),
            ],
        ),
        migrations.CreateModel(
            name='PlanSchool',
            fields=[
                ('id', models.UUIDField(db_default=districts.tenancy.base.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('arm', models.CharField(choices=[('served', 'Served'), ('comparison', 'Comparison')], max_length=10)),
                ('district', models.ForeignKey(db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('plan', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnostics.evaluationplan')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.school')),
            ],
        ),
        migrations.CreateModel(
            name='Reallocation',
            fields=[
                ('id', models.UUIDField(db_default=districts.tenancy.base.UUIDv7(), editable=False, primary_key=True, serialize=False)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('decision', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='diagnostics.decision')),
                ('district', models.ForeignKey(db_index=False, default=districts.tenancy.scope.current_district_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.district')),
                ('filing', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='districts.filing')),
                ('from_initiative', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
                ('funding_source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='investments.fundingsource')),
                ('to_initiative', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategy.initiative')),
            ],
        ),
        migrations.AddField(
            model_name='initiativereturn',
            name='plan',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='diagnostics.evaluationplan'),
        ),
        migrations.AddConstraint(
            model_name='initiativereturn',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='plan', name='initiativereturn_plan_fk', to='diagnostics.EvaluationPlan'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='checkin_district'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.UniqueConstraint(fields=('district', 'id'), name='checkin_district_id'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=districts.tenancy.constraints.Audited(name='checkin_audit'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='initiative', name='checkin_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='school', name='checkin_school_fk', to='districts.School'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='filing', name='checkin_filing_fk', to='districts.Filing'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.UniqueConstraint(fields=('district', 'initiative', 'school', 'month'), name='checkin_month_once'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('planned_dosage__gte', 0), ('delivered_dosage__gte', 0)), name='checkin_dosage_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='checkin_month_is_first_day'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['district', 'initiative', '-recorded_at'], name='decision_of_initiative'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='decision_district'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('district', 'id'), name='decision_district_id'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=districts.tenancy.constraints.Audited(name='decision_audit'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='initiative', name='decision_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='decision_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('board_action', ''), ('board_on__isnull', True)), models.Q(models.Q(('board_action', ''), _negated=True), ('board_on__isnull', False)), _connector='OR'), name='decision_board_action_has_day'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='evaluationplan_district'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=models.UniqueConstraint(fields=('district', 'id'), name='evaluationplan_district_id'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=districts.tenancy.constraints.Audited(name='evaluationplan_audit'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='initiative', name='evaluationplan_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='metric', name='evaluationplan_metric_fk', to='strategy.Metric'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('district', 'initiative'), name='evaluationplan_in_force_once'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=models.CheckConstraint(condition=models.Q(('bar__gt', 0)), name='evaluationplan_bar_over_zero'),
        ),
        migrations.AddConstraint(
            model_name='evaluationplan',
            constraint=models.CheckConstraint(condition=models.Q(('baseline_year__lt', models.F('first_year')), ('first_year__lte', models.F('outcome_year'))), name='evaluationplan_years_in_order'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='effect_district'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='run', name='effect_run_fk', to='districts.CalculationRun'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='initiative', name='effect_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='plan', name='effect_plan_fk', to='diagnostics.EvaluationPlan'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=models.UniqueConstraint(condition=models.Q(('shown_until__isnull', True)), fields=('district', 'row_key'), name='effect_shown_once'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='planschool_district'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=models.UniqueConstraint(fields=('district', 'id'), name='planschool_district_id'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=districts.tenancy.constraints.Audited(name='planschool_audit'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='plan', name='planschool_plan_fk', to='diagnostics.EvaluationPlan'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='school', name='planschool_school_fk', to='districts.School'),
        ),
        migrations.AddConstraint(
            model_name='planschool',
            constraint=models.UniqueConstraint(fields=('district', 'plan', 'school'), name='planschool_once'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictPolicy(name='reallocation_district'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=models.UniqueConstraint(fields=('district', 'id'), name='reallocation_district_id'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.Audited(name='reallocation_audit'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='decision', name='reallocation_decision_fk', to='diagnostics.Decision'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='filing', name='reallocation_filing_fk', to='districts.Filing'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='funding_source', name='reallocation_funding_source_fk', to='investments.FundingSource'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='from_initiative', name='reallocation_from_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=districts.tenancy.constraints.DistrictForeignKey(field='to_initiative', name='reallocation_to_initiative_fk', to='strategy.Initiative'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='reallocation_over_zero'),
        ),
        migrations.AddConstraint(
            model_name='reallocation',
            constraint=models.CheckConstraint(condition=models.Q(('from_initiative__isnull', False), ('to_initiative__isnull', False), _connector='OR'), name='reallocation_has_an_end'),
        ),
    ]

"""The engine: marks, claims, runs, results. Knows no domain; srm/pipeline.py lists what it does."""

"""Finding the table in a sheet of cells."""

from districts.landing.layout import detect_delimiter, find_header, is_total_row, name_columns


def test_delimiter_is_the_one_that_splits_lines_alike() -> None:
    assert detect_delimiter(["a;b;c", "1,5;2;3", "1,7;2;3"]) == ";"
    assert detect_delimiter(["a\tb", "x, y\tz", "x, y\tz"]) == "\t"
    assert detect_delimiter(["a|b|c", "1|2|3"]) == "|"
    assert detect_delimiter(["just text", "more text"]) == ","


def test_header_below_banner_rows_is_found() -> None:
    rows = [
        ["Springfield Schools", "", ""],
        ["Run 11/02/2026", "", ""],
        ["Account", "Description", "Amount"],
        ["01-100", "Paper", "12.00"],
    ]
    assert find_header(rows) == 2


def test_header_of_years_is_found() -> None:
    assert find_header([["Account", "2023-24", "FY2025"], ["01", "5", "6"]]) == 0


def test_table_that_starts_with_data_has_no_header() -> None:
    assert find_header([["01", "100", "12.00"], ["02", "100", "13.00"]]) is None


def test_columns_get_distinct_names() -> None:
    assert name_columns(["Amount", "", "Amount", " A  b "], width=5) == (
        "Amount",
        "Column 2",
        "Amount (2)",
        "A b",
        "Column 5",
    )


def test_total_row_needs_the_word_first_and_an_empty_cell() -> None:
    assert is_total_row(["", "Grand Total", "", "5"], width=4)
    assert is_total_row(["TOTAL", "5"], width=4)
    assert is_total_row(["Sub-total:", "", "5"], width=3)
    assert not is_total_row(["01", "Total Compensation", "5"], width=3)
    assert not is_total_row(["Total", "a", "5"], width=3)
    assert not is_total_row(["Totally", "", "5"], width=3)


def test_header_with_grades_among_its_names_is_found() -> None:
    rows = [["School", "Enrolled", "1", "2", "3"], ["Ballou", "495", "0", "0", "9"]]
    assert find_header(rows) == 0

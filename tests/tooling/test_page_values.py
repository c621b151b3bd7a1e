"""Pages take prices, durations and limits from the document, by the comments above their blocks."""

from __future__ import annotations

import page_values
import pytest

from tests.facts import DIFFUSION, TURBO, points

TURBO_CALL = 'price("diffusion", {"text": "a --turbo"}).points'


def test_a_block_gets_the_values_that_its_comment_asks_for() -> None:
    page = f"""# Page 7

<!-- 7 = price("diffusion").points; 9.5 = {TURBO_CALL}; two = words(3) -->
It costs 7 points, two of them 9.5. Not 17, 7.5 or x7.

<!-- 7 = price("diffusion").points -->
<!-- not run here: a reason -->
```python
assert price == 7

assert price != 7 + 8
```

Untouched: 7.
"""
    made = page_values.followed(page)
    assert f"It costs {DIFFUSION} points, three of them {TURBO}. Not 17, 7.5 or x7." in made
    assert f'<!-- {DIFFUSION} = price("diffusion").points; {TURBO} = {TURBO_CALL}; three = words(3) -->' in made
    assert f"assert price == {DIFFUSION}\n\nassert price != {DIFFUSION} + 8\n" in made
    assert made.startswith("# Page 7\n")
    assert made.endswith("Untouched: 7.\n")
    assert page_values.followed(made) == made


def test_a_value_of_what_is_gone_is_left_to_a_person() -> None:
    page = '<!-- 7 = price("gone").points -->\nIt costs 7 points.\n'
    assert page_values.followed(page) == page


def test_two_values_that_were_one_are_not_guessed() -> None:
    assert points("describe") != DIFFUSION
    page = '<!-- 7 = price("diffusion").points; 7 = price("describe").points -->\nIt costs 7 or 7 points.\n'
    with pytest.raises(ValueError, match="Write this block anew"):
        page_values.followed(page)

"""Whom a rule binds (R2, N1): a pure comparison, for all conditions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.models.client import Industry
from engagements.models.engagement import CoreTask
from engagements.rules.matching import Conditions, matches, preview
from onsite.accounts.models import User
from tests.engagements.ruling import begin
from tests.factories import ClientFactory

words = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
conditions = st.builds(
    Conditions,
    binds_all=st.booleans(),
    industries=st.frozensets(st.sampled_from(Industry.values), max_size=3),
    core_tasks=st.frozensets(st.sampled_from(CoreTask.values), max_size=2),
    modules=st.lists(words, max_size=3).map(tuple),
    client_ids=st.frozensets(st.integers(1, 5), max_size=3),
)
engagements = st.fixed_dictionaries(
    {
        "industry": st.sampled_from(Industry.values),
        "core_task": st.sampled_from(CoreTask.values),
        "module_names": st.lists(words, max_size=3),
        "client_id": st.integers(1, 5),
    }
)


@given(conditions, engagements)
def test_it_matches_where_every_condition_that_asks_is_met(asked: Conditions, found: dict[str, Any]) -> None:
    names = [name.casefold() for name in found["module_names"]]
    met = [
        found["industry"] in asked.industries if asked.industries else None,
        found["core_task"] in asked.core_tasks if asked.core_tasks else None,
        found["client_id"] in asked.client_ids if asked.client_ids else None,
        any(word.casefold() in name for word in asked.modules for name in names) if asked.modules else None,
    ]
    told = [answer for answer in met if answer is not None]
    assert matches(asked, **found) == (asked.binds_all or (bool(told) and all(told)))


@given(engagements)
def test_no_condition_binds_nobody_and_all_binds_everybody(found: dict[str, Any]) -> None:
    assert not matches(Conditions(), **found)
    assert matches(Conditions(binds_all=True, industries=frozenset({"nobody"})), **found)


@given(conditions, engagements, words, st.sampled_from(Industry.values))
def test_a_further_module_never_unbinds_and_a_further_condition_never_binds_more(
    asked: Conditions, found: dict[str, Any], module: str, industry: str
) -> None:
    more = found | {"module_names": [*found["module_names"], module]}
    assert matches(asked, **more) or not matches(asked, **found)
    if not asked.industries and asked.names_something:
        narrower = Conditions(
            asked.binds_all, frozenset({industry}), asked.core_tasks, asked.modules, asked.client_ids
        )
        assert matches(asked, **found) or not matches(narrower, **found)


@given(words, words, words)
def test_a_word_is_found_anywhere_in_a_name_whatever_its_case(before: str, word: str, after: str) -> None:
    asked = Conditions(modules=(word.upper(),))
    found = before + word.upper().swapcase() + after
    name_holds = word.upper().casefold() in found.casefold()
    assert matches(asked, industry="other", core_task="fix", module_names=[found], client_id=1) == name_holds


@pytest.mark.django_db
def test_the_preview_names_the_running_engagements_it_would_bind(manager: User) -> None:
    """R2: the page of promotion shows whom the rule would bind."""
    bank, factory = begin(manager), begin(manager, "manufacturing")
    assert preview(industries=["banking"]) == [bank]
    assert preview(binds_all=True) == [bank, factory]
    assert preview(clients=[factory.client], core_tasks=["go_live"]) == [factory]
    assert preview(clients=[ClientFactory()]) == []
    assert preview() == []

"""What people said and learned."""

from __future__ import annotations

from tests.reports.reckoning.raw import Numbers, Row, listed, rounded, rows

BEST = 5


def satisfaction_of(pk: int) -> Numbers:
    surveys = rows("engagements.Survey", engagement_id=pk)
    answers = [row for survey in surveys for row in rows("engagements.SurveyAnswer", survey_id=survey["id"])]
    if not answers:
        return {"satisfaction": None}
    marks: dict[str, list[int]] = {}
    for survey in sorted(surveys, key=lambda row: row["id"]):
        for question in survey["questions"]:
            if question["kind"] == "mark":
                given = [row["values"].get(question["key"]) for row in answers if row["survey_id"] == survey["id"]]
                marks.setdefault(question["text"], []).extend(mark for mark in given if mark is not None)
    return {
        "satisfaction.score": rounded([row["overall"] for row in answers], "0.1"),
        "satisfaction.out_of": BEST,
        "satisfaction.answers": len(answers),
        "satisfaction.on_paper": len([row for row in answers if row["method"] == "paper"]),
        **listed(
            "satisfaction.questions",
            [{"score": rounded(given, "0.1"), "answers": len(given)} for given in marks.values() if given],
        ),
    }


def training_of(pk: int) -> Numbers:
    roles = roles_of(pk)
    if not roles:
        return {"training": None}
    courses = []
    for course in courses_of(pk):
        taught = [row for row in roles if row["id"] in course["roles"]]
        places = {row["id"]: max(row["needed"] - row["by_hand"], 0) for row in taught}
        passed = {role: len([one for one in learners_of(role) if has_passed(one, course)]) for role in places}
        if of := sum(places.values()):
            courses.append({"passed": sum(min(passed[role], places[role]) for role in places), "of": of})
    sessions = [row for row in rows("training.TrainingSession", engagement_id=pk) if row["state"] == "held"]
    return {
        **listed("training.roles", [{"needed": row["needed"], "trained": row["trained"]} for row in roles]),
        **listed("training.courses", courses),
        "training.sessions": len(sessions),
    }


def roles_of(pk: int) -> list[Row]:
    """Each role with how many it needs, how many were noted by hand and count, and how many are trained in all."""
    found = []
    stored = rows("standups.RolloutRole", engagement_id=pk)
    for role in sorted(stored, key=lambda row: (row["kind"], row["position"], row["id"])):
        learners, needed = learners_of(role["id"]), role["people_needed"]
        noted = sum(row["people"] for row in rows("standups.RoleTraining", role_id=role["id"]))
        by_hand = min(noted, max(needed - len(learners), 0))
        courses = [course for course in courses_of(pk) if role["id"] in course["roles"]]
        ready = [one for one in learners if courses and all(has_passed(one, course) for course in courses)]
        found.append({"id": role["id"], "needed": needed, "by_hand": by_hand, "trained": by_hand + len(ready)})
    return found


def learners_of(role_id: int) -> list[Row]:
    return [row for row in rows("training.Learner", role_id=role_id) if row["left_at"] is None]


def courses_of(pk: int) -> list[Row]:
    """Those that were accepted, with the roles of the newest accepted version."""
    found = []
    in_use = rows("training.Course", engagement_id=pk, retired_at=None)
    for course in sorted(in_use, key=lambda row: (row["position"], row["id"])):
        versions = [row for row in rows("training.CourseVersion", course_id=course["id"]) if row["accepted_at"]]
        if versions:
            newest = max(versions, key=lambda row: row["number"])
            found.append(course | {"roles": set(newest["role_ids"])})
    return found


def has_passed(learner: Row, course: Row) -> bool:
    held = [row["id"] for row in rows("training.TrainingSession", course_id=course["id"]) if row["state"] == "held"]
    was_there = [
        row for row in rows("training.Enrolment", learner_id=learner["id"])
        if row["session_id"] in held and row["was_there"]
    ]  # fmt: skip
    checks = rows("training.PracticalCheck", course_id=course["id"], learner_id=learner["id"])
    newest = max(checks, key=lambda row: (row["checked_on"], row["id"]), default=None)
    assert not rows("training.Quiz", course_id=course["id"], is_open=True), "teach the reckoning quizzes"
    return bool(was_there) and newest is not None and newest["outcome"] == "passed"

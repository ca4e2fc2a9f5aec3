"""What people learn: the client's people in courses, ours from the wiki and from sharing sessions."""

from training.models.course import Case, CaseStep, Course, CourseRole, CourseTemplate, CourseVersion
from training.models.knowledge_file import KnowledgeFile
from training.models.material import LANGUAGES, Captions, Guide, GuideEdition, GuidePicture, Video
from training.models.result import PracticalCheck, Quiz, QuizAttempt, QuizQuestion
from training.models.session import Enrolment, Feedback, Learner, LearnerLink, TrainingSession
from training.models.sharing import Sharing, SharingAction, SharingInvitation
from training.models.wiki import Article, ArticleLink, ArticleVersion, ArticleVote, Category

__all__ = [
    "LANGUAGES",
    "Article",
    "ArticleLink",
    "ArticleVersion",
    "ArticleVote",
    "Captions",
    "Case",
    "CaseStep",
    "Category",
    "Course",
    "CourseRole",
    "CourseTemplate",
    "CourseVersion",
    "Enrolment",
    "Feedback",
    "Guide",
    "GuideEdition",
    "GuidePicture",
    "KnowledgeFile",
    "Learner",
    "LearnerLink",
    "PracticalCheck",
    "Quiz",
    "QuizAttempt",
    "QuizQuestion",
    "Sharing",
    "SharingAction",
    "SharingInvitation",
    "TrainingSession",
    "Video",
]

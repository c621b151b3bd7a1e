"""All the ways in which the client is made to be wrong; each must be noticed by at least one check."""

from __future__ import annotations

from .faults_of_answers import ANSWER_FAULTS
from .faults_of_bodies import BODY_FAULTS
from .faults_of_judgement import JUDGEMENT_FAULTS
from .faults_of_ways import WAY_FAULTS
from .faults_second import SECOND_FAULTS

SEEDED_FAULTS = [*BODY_FAULTS, *WAY_FAULTS, *JUDGEMENT_FAULTS, *ANSWER_FAULTS, *SECOND_FAULTS]

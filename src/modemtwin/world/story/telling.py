"""Puts sentences with their times into stories, and says how each ends.

Times count from the journal's first entry. What happens to a part, such as a further block, is told in the whole too.
"""

from __future__ import annotations

from collections.abc import Iterable

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Address
from modemtwin.world.story.story import Step, Stories, Story

__all__ = ["Telling", "cut", "span", "where"]

_LONGEST_SHOWN = 200


class Telling:
    """The stories of a journal, and what time it is in it."""

    def __init__(self, lifetime: Micros) -> None:
        self.stories = Stories(lifetime)
        self.now: Micros = 0
        self._start: Micros | None = None
        self._early: dict[int, list[Step]] = {}

    def pass_to(self, now: Micros) -> None:
        """It is so late now."""
        self.now = now
        if self._start is None:
            self._start = now

    def step(self, text: str) -> Step:
        """Write a sentence with its time."""
        since = self.now - (self._start or 0)
        return Step(self.now, f"At {since / MICROSECONDS:.3f} s {text}.")

    def begin(self, mid: int, *, ours: bool) -> Story:
        """Begin a story, with what was said of its mid before there was one."""
        story = self.stories.begin(mid, self.now, ours=ours)
        story.steps += self._early.pop(mid, [])
        self.stories.touch(story)
        return story

    def say(self, story: Story, text: str) -> None:
        """Tell something."""
        story.steps.append(self.step(text))
        self.stories.touch(story)
        if story.part_of is not None:
            story.part_of.steps.append(story.steps[-1])

    def settle(self, story: Story, outcome: str, *, over: bool = True) -> None:
        """Note how it ends, as far as is known."""
        story.outcome, story.over = outcome, over
        if story.part_of is not None and story.ours:
            story.part_of.outcome = outcome

    def end(self, story: Story, text: str, outcome: str) -> None:
        """Tell how it ends."""
        self.say(story, text)
        self.settle(story, outcome)

    def say_on(self, mid: int, text: str) -> None:
        """Tell something about the message that a mid means now; before there is one it waits for it."""
        if story := self.stories.latest(mid):
            self.say(story, text)
        else:
            self._early.setdefault(mid, []).append(self.step(text))

    def unanswered(self, peer: Address | None = None) -> list[Story]:
        """List those of ours, of all or of one peer, that still wait for an answer."""
        waiting = (story for story in self.stories.open() if story.outcome.endswith("so far"))
        return [story for story in waiting if peer is None or story.peer == peer]

    def say_to(self, stories: Iterable[Story], text: str) -> None:
        """Tell several the same."""
        for story in stories:
            self.say(story, text)

    def end_all(self, stories: Iterable[Story], text: str) -> None:
        """Tell how several end that were not answered."""
        for story in stories:
            self.end(story, text, "ended without an answer" if story.times else "never sent")


def span(time: Micros) -> str:
    """``1.500 s``."""
    return f"{time / MICROSECONDS:.3f} s"


def where(peer: Address) -> str:
    """``192.0.2.1:5683``."""
    host, port = peer
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def cut(line: str) -> str:
    """A line that is not without end."""
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}… ({len(line)} characters)"

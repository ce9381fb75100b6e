# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The lives of one partition, compiled: what `lives.py` is made of in plain Python.

Contacts, agents and queues are rows of C structures that name each other by number, and what is
measured goes into plain arrays. Every step is the one of `life.py`, `agents.py` or `surveys.py`;
read it there, where it is told in full. Whoever changes one changes the other: the tests hold
both to one oracle, and to each other.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF, Py_XINCREF
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memset

from stream.contract._scan cimport (
    NO_CHANNEL,
    NOBODY,
    Row,
    Rows,
    Span,
    hash_of,
    name_of,
    number_of,
    text_of,
)
from stream.floor._seen cimport Seen

import numpy as np

from stream.contract import events as ev
from stream.contract import figures
from stream.contract._scan import EVENT_STRUCTS, ROW_BYTES, STATES
from stream.contract.batch import TYPE_OF
from stream.contract.frames import AgentFrame
from stream.floor import contacts as plain
from stream.floor import surveys
from stream.floor.agents import BUCKETS, Agent, bucket_of
from stream.floor.lives import QueuePresent, SavedLives
from stream.floor.steps import Outcome
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN, STATE_TIME_COLUMN
from stream.windows.panes import Bulk, Measured, Piece

cdef extern from *:
    """
    #define prefetch(place) __builtin_prefetch(place)
    """
    void prefetch(const void* place) noexcept nogil

cdef enum:
    QUEUED, OFFERED, DECLINED, ANSWERED, HELD, RESUMED, TRANSFERRED
    ABANDONED, DIVERTED, ENDED, WRAPPED
    ESCALATED, PROMISED, ATTEMPTED
    RECEIVED, SENT
    SURVEY_SENT, SURVEY_ANSWERED
    AGENT_STATE, RECOGNITION, PLAN
    UNKNOWN, COPY, KINDS

# The numbers of the scanner's kinds are the places of the contract's structs.
assert [EVENT_STRUCTS[kind] for kind in (QUEUED, WRAPPED, SENT, SURVEY_ANSWERED, PLAN)] == [
    ev.ContactQueued, ev.ContactWrapped, ev.MessageSent, ev.SurveyAnswered, ev.PlanInterval
]
assert len(EVENT_STRUCTS) == UNKNOWN

# Where a contact stands: `contacts.Phase`.
cdef enum Phase:
    P_NEW, P_WAITING, P_TALKING, P_HELD, P_TO_QUEUE, P_TO_AGENT, P_WRAPPING, P_GONE

assert (P_TALKING, P_TO_AGENT, P_GONE) == (
    plain.Phase.ANSWERED, plain.Phase.TO_AGENT, plain.Phase.GONE
)

cdef enum:
    CHANNEL_COUNT = 16
    OFFLINE = 0
    # The places of the scores in a row, as `events.SURVEY_SCORES` has them.
    CSAT = 0
    RESOLVED = 1
    FIRST_DRIVER = 2
    NPS = 7
    # So many events ahead memory is brought near: most of the time went to waiting for it.
    EXPECTED_AHEAD = 16
    # A contact's id up to this many bytes lies in its row.
    NAME_BYTES = 48

assert ev.SURVEY_SCORES[CSAT] == "csat"
assert ev.SURVEY_SCORES[RESOLVED] == "resolved"
assert ev.SURVEY_SCORES[NPS] == "nps"
assert STATES[OFFLINE] == "offline"
assert len(ev.CHANNELS) <= CHANNEL_COUNT

assert ROW_BYTES == sizeof(Row), "compiled with another scanner"

cdef long long PANE_US = figures.PANE_US
cdef long long PANES_HELD = figures.PANES_HELD
cdef long long UNFINISHED_KEPT_US = plain.UNFINISHED_KEPT_US
cdef long long FINISHED_KEPT_US = plain.FINISHED_KEPT_US
cdef Py_ssize_t FORGOTTEN_BEYOND = plain.FORGOTTEN_BEYOND
cdef long long NEVER = 2**62
cdef tuple _NO_QUEUES = ()

cdef int C_OFFERED = COLUMN["offered"]
cdef int C_ANSWERED = COLUMN["answered"]
cdef int C_IN_TARGET = COLUMN["answered_in_target"]
cdef int C_ABANDONED = COLUMN["abandoned"]
cdef int C_ABANDONED_IN_TARGET = COLUMN["abandoned_in_target"]
cdef int C_SHORT_ABANDONED = COLUMN["short_abandoned"]
cdef int C_ABANDON_WAIT = COLUMN[ABANDON_WAIT_SUM]
cdef int C_DIVERTED = COLUMN["diverted"]
cdef int C_DECLINED = COLUMN["declined"]
cdef int C_HANDLED = COLUMN["handled"]
cdef int C_TRANSFERRED_OUT = COLUMN["transferred_out"]
cdef int C_TALK_SUM = COLUMN["talk_sum_us"]
cdef int C_HOLD_SUM = COLUMN["hold_sum_us"]
cdef int C_WRAP_SUM = COLUMN["wrap_sum_us"]
cdef int C_RESPONSES = COLUMN["responses"]
cdef int C_RESPONSE_SUM = COLUMN["response_sum_us"]
cdef int C_SURVEYS_SENT = COLUMN["surveys_sent"]
cdef int C_SURVEYS = COLUMN["surveys"]
cdef int C_CSAT_SUM = COLUMN["csat_sum"]
cdef int C_NPS_N = COLUMN["nps_n"]
cdef int C_NPS_PROMOTERS = COLUMN["nps_promoters"]
cdef int C_NPS_DETRACTORS = COLUMN["nps_detractors"]
# Of each score how often it was given, and how often it was a good one.
cdef int[8] C_GIVEN
cdef int[8] C_GOOD
for _place, _score in enumerate(ev.SURVEY_SCORES):
    C_GIVEN[<int>_place] = COLUMN[f"{_score}_n"]
    C_GOOD[<int>_place] = COLUMN.get("resolved_yes" if _score == "resolved" else f"{_score}_top", -1)
# Of each state where its time is summed; nobody asks how long an agent was offline.
cdef int[8] C_STATE_TIME
for _place, _state in enumerate(STATES):
    C_STATE_TIME[<int>_place] = STATE_TIME_COLUMN.get(_state, -1)
cdef int TOP_BOX_FROM = surveys.TOP_BOX_FROM
cdef int PROMOTER_FROM = surveys.PROMOTER_FROM
cdef int DETRACTOR_UP_TO = surveys.DETRACTOR_UP_TO


# --- what is held -----------------------------------------------------------------------------


cdef struct Ints:
    long long* at
    Py_ssize_t length
    Py_ssize_t room


cdef struct Part:
    long long ended_at
    uint32_t agent
    uint32_t queue
    unsigned char channel
    bint last


# A contact's number is its place from 1. `next` and `previous` link those that stand in one
# queue, `thread_next` and `thread_previous` its threads without an answer, in order of coming.
cdef struct Contact:
    # What every step looks at comes first, so that it lies in two lines of the cache.
    uint64_t hash
    long long clock
    long long since
    uint32_t queue
    uint32_t agent
    uint32_t next
    uint32_t previous
    unsigned char phase
    unsigned char channel
    unsigned char name_length
    unsigned char stands
    unsigned char has_thread
    unsigned char unanswered
    unsigned char lapsed
    char name[NAME_BYTES]
    int part_count
    int part_room
    long long hold_us
    Part first_part
    Part* parts
    long long unanswered_since
    uint32_t thread_queue
    uint32_t thread_next
    uint32_t thread_previous
    uint32_t long_length
    long long held_at
    char* long_name


cdef struct Queue:
    uint32_t first
    uint32_t last
    uint32_t first_thread
    uint32_t last_thread
    bint changed
    long long short_us
    long long target_us[CHANNEL_COUNT]


cdef struct Agent_:
    long long clock
    long long since
    uint32_t team
    unsigned char state
    unsigned char bucket
    bint known
    PyObject* reason
    PyObject* queues
    PyObject* closing


# A stretch of an agent's time in one state that ended.
cdef struct Stretch:
    long long start
    long long end
    uint32_t agent
    unsigned char state


cdef struct Base:
    uint64_t pair
    unsigned char channel
    bint used
    long long code


cdef inline int _push(Ints* ints, long long value) except -1:
    cdef long long* at
    cdef Py_ssize_t room
    if ints.length == ints.room:
        room = 2 * ints.room + 1024
        at = <long long*>PyMem_Realloc(ints.at, room * sizeof(long long))
        if at is NULL:
            raise MemoryError
        ints.at, ints.room = at, room
    ints.at[ints.length] = value
    ints.length += 1
    return 0


cdef object _array(Ints* ints):
    """The numbers as an array of their own; there are none left after."""
    told = np.frombuffer(
        PyBytes_FromStringAndSize(<char*>ints.at, ints.length * sizeof(long long)), np.int64
    )
    ints.length = 0
    return told


cdef class Lives:
    """Contacts, agents and the memory of copies: see `stream.floor.lives.Lives`."""

    cdef readonly list ended
    cdef object _plan
    cdef object _ledger
    cdef object _bases
    cdef list _tellings
    cdef Seen _seen
    # Contacts, and the table that finds them by their id: numbers, 0 where there is none.
    cdef Contact* _contact
    cdef uint32_t _contact_count
    cdef uint32_t _contact_room
    cdef uint32_t* _slots
    cdef uint64_t _mask
    cdef long long _dropped
    cdef long long _lapsed
    cdef long long _next_lapse
    cdef long long _swept
    cdef Py_ssize_t _forget_at
    cdef Py_ssize_t _most_contacts
    cdef Py_ssize_t _most_agents
    cdef Py_ssize_t _agent_count
    cdef long long _cut_short
    cdef long long _turned_away
    cdef long long _names_refused
    # By number of the name.
    cdef Queue* _queue
    cdef Agent_* _agent
    cdef uint32_t _name_room
    cdef set _changed_queues
    cdef set _changed_buckets
    cdef list _buckets
    cdef Base* _base
    cdef uint64_t _base_mask
    cdef uint64_t _base_count
    # Measurements not yet told to the panes.
    cdef Ints _ones
    cdef Ints _sums
    cdef Ints _waits
    cdef Ints _runs
    cdef Ints _ends
    cdef Stretch* _stretch
    cdef Py_ssize_t _stretch_count
    cdef Py_ssize_t _stretch_room

    def __init__(self, plan, ledger, tellings, limits):
        self.ended = []
        self._plan = plan
        self._ledger = ledger
        self._bases = ledger.bases
        self._tellings = [tellings.get(struct) for struct in EVENT_STRUCTS]
        self._seen = Seen(limits.seen)
        self._most_contacts, self._most_agents = limits.contacts, limits.agents
        self._next_lapse = NEVER
        self._swept = -NEVER
        self._forget_at = 4 * FORGOTTEN_BEYOND
        self._changed_queues = set()
        self._changed_buckets = set()
        self._buckets = [[] for _ in range(BUCKETS)]

    def __dealloc__(self):
        cdef uint32_t number
        for number in range(1, self._contact_count + 1):
            PyMem_Free(self._contact[number].parts)
            PyMem_Free(self._contact[number].long_name)
        for number in range(self._name_room):
            Py_XDECREF(self._agent[number].reason)
            Py_XDECREF(self._agent[number].queues)
            Py_XDECREF(self._agent[number].closing)
        PyMem_Free(self._contact)
        PyMem_Free(self._slots)
        PyMem_Free(self._queue)
        PyMem_Free(self._agent)
        PyMem_Free(self._base)
        PyMem_Free(self._ones.at)
        PyMem_Free(self._sums.at)
        PyMem_Free(self._waits.at)
        PyMem_Free(self._runs.at)
        PyMem_Free(self._ends.at)
        PyMem_Free(self._stretch)

    # --- the loop -----------------------------------------------------------------------------

    def take(self, Rows batch not None, newest, shown):
        """Move the subject of every event on that is no copy."""
        cdef int good[KINDS]
        cdef int idle[KINDS]
        cdef int kind
        memset(good, 0, sizeof(good))
        memset(idle, 0, sizeof(idle))
        self._names_refused += batch.refused
        too_late = self._step_all(batch, good, idle, newest, shown)
        latest = batch.latest
        if newest is not None and newest > latest:
            latest = newest
        self._enter_stretches(latest // PANE_US)
        self._flush()
        return Outcome(
            good={TYPE_OF[EVENT_STRUCTS[kind]]: good[kind] for kind in range(UNKNOWN) if good[kind]},
            duplicates=idle[COPY],
            unknown_type=idle[UNKNOWN],
            out_of_place=sum([idle[kind] for kind in range(UNKNOWN)]),
            too_late=too_late,
        )

    cdef int _step_all(
        self, Rows batch, int* good, int* idle, object newest_or_none, object shown_or_none
    ) except -1:
        cdef bint is_shown = shown_or_none is not None
        cdef bint is_late = False, is_ahead = False
        cdef long long newest = -NEVER if newest_or_none is None else newest_or_none
        cdef long long shown = NEVER if shown_or_none is None else shown_or_none
        cdef long long newest_pane = newest // PANE_US
        cdef long long time, pane = 0, start = 0, end = 0
        cdef int too_late = 0, kind
        cdef Py_ssize_t index
        cdef const Row* row
        cdef uint32_t slot
        for index in range(batch.count):
            if index + EXPECTED_AHEAD < batch.count:
                row = &batch.row[index + EXPECTED_AHEAD]
                self._seen.expect(row)
                if self._slots is not NULL:
                    prefetch(&self._slots[row.subject_hash & self._mask])
            if index + EXPECTED_AHEAD // 2 < batch.count and self._slots is not NULL:
                row = &batch.row[index + EXPECTED_AHEAD // 2]
                slot = self._slots[row.subject_hash & self._mask]
                prefetch(&self._contact[slot])
                prefetch(<char*>&self._contact[slot] + 64)
            row = &batch.row[index]
            time = row.micros
            if time > newest:
                newest = time
            if not start <= time < end:
                pane = time // PANE_US
                if pane > newest_pane:
                    newest_pane = pane
                is_late = pane <= newest_pane - PANES_HELD
                is_ahead = not is_late and time > shown
                start = pane * PANE_US
                end = min(start + PANE_US, shown + 1)
                self._begin(pane)
                if is_late or is_ahead:
                    # This one's measurements are taken out again, so it has a run of its own.
                    end = start
            if self._seen.is_copy(row, newest):
                idle[COPY] += 1
                continue
            kind = row.kind
            if not self._step(row, kind, shown):
                idle[kind] += 1
                continue
            good[kind] += 1
            if is_late:
                too_late += 1
                self._ledger.panes.measured_late.extend(self._cut(pane))
            elif is_ahead:
                self._ledger.hold(self._cut(pane), time)
        return too_late

    cdef inline int _step(self, const Row* row, int kind, long long shown) except -1:
        """Whether the event was in place."""
        cdef uint32_t number
        cdef Contact* contact
        cdef long long now
        if kind == AGENT_STATE:
            return self._agent_told(row, shown)
        if kind == SURVEY_SENT:
            return self._one(self._base_of(row.queue, row.channel, row.agent) + C_SURVEYS_SENT)
        if kind == SURVEY_ANSWERED:
            return self._survey_answered(row)
        if kind >= UNKNOWN:
            return False
        if kind > WRAPPED and kind != RECEIVED and kind != SENT:
            data = None if row.data is NULL else <object>row.data
            tell = self._tellings[kind]
            tell(text_of(&row.subject), row.micros, data)
            return True
        number = self._find(row, kind == QUEUED or kind == ANSWERED or kind >= RECEIVED)
        if not number:
            return False
        contact = &self._contact[number]
        now = row.micros if row.micros > contact.clock else contact.clock
        if not self._move(number, contact, row, kind, now):
            return False
        contact.clock = now
        if contact.lapsed:
            contact.lapsed = False
            self._lapsed -= 1
        if (contact.stands or contact.unanswered) and now + _kept_us(contact) < self._next_lapse:
            self._next_lapse = now + _kept_us(contact)
        return True

    cdef inline int _move(
        self, uint32_t number, Contact* contact, const Row* row, int kind, long long now
    ) except -1:
        if kind == QUEUED:
            return self._queued(number, contact, row, now)
        if kind == OFFERED:
            return contact.phase == P_WAITING and contact.queue == row.queue
        if kind == ANSWERED:
            return self._answered(number, contact, row, now)
        if kind == ENDED:
            return self._ended(number, contact, row, now)
        if kind == WRAPPED:
            return self._wrapped(number, contact, row, now)
        if kind == RECEIVED:
            return self._received(number, contact, row, now)
        if kind == SENT:
            return self._sent(number, contact, row, now)
        if kind == HELD:
            return self._held(contact, row, now)
        if kind == RESUMED:
            return self._resumed(contact, row, now)
        if kind == DECLINED:
            if contact.phase != P_WAITING or contact.queue != row.queue:
                return False
            return self._one(self._base_of(row.queue, contact.channel, row.agent) + C_DECLINED)
        if kind == TRANSFERRED:
            return self._transferred(number, contact, row, now)
        if kind == ABANDONED:
            return self._abandoned(number, contact, row, now)
        if contact.phase != P_WAITING or contact.queue != row.queue:
            return False
        self._one(self._base_of(contact.queue, contact.channel, NOBODY) + C_DIVERTED)
        return self._go(number, contact)

    # --- steps of contacts: life.py -----------------------------------------------------------

    cdef int _queued(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        if P_WAITING <= contact.phase <= P_HELD or contact.phase == P_WRAPPING:
            return False
        contact.phase = P_WAITING
        contact.queue, contact.channel, contact.agent = row.queue, row.channel, NOBODY
        contact.since = now
        self._stand(number, contact)
        if contact.unanswered:
            self._change(contact.thread_queue)
        return self._one(self._base_of(row.queue, row.channel, NOBODY) + C_OFFERED)

    cdef int _answered(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        cdef bint waited = contact.phase == P_WAITING
        cdef long long base, wait_us
        if waited:
            if contact.queue != row.queue:
                return False
        elif contact.phase != P_NEW and contact.phase != P_TO_AGENT:
            return False
        base = self._base_of(row.queue, contact.channel, row.agent)
        self._one(base + C_ANSWERED)
        if waited:
            wait_us = now - contact.since
            _push(&self._waits, base)
            _push(&self._waits, wait_us)
            if wait_us <= self._target_us(row.queue, contact.channel):
                self._one(base + C_IN_TARGET)
        contact.phase = P_TALKING
        contact.queue, contact.agent = row.queue, row.agent
        contact.since, contact.hold_us = now, 0
        if waited:
            self._change(row.queue)
        else:
            self._stand(number, contact)
        return True

    cdef int _held(self, Contact* contact, const Row* row, long long now) except -1:
        if contact.phase != P_TALKING or contact.agent != row.agent:
            return False
        contact.phase, contact.held_at = P_HELD, now
        self._change(contact.queue)
        return True

    cdef int _resumed(self, Contact* contact, const Row* row, long long now) except -1:
        if contact.phase != P_HELD or contact.agent != row.agent:
            return False
        contact.hold_us += now - contact.held_at
        contact.phase = P_TALKING
        self._change(contact.queue)
        return True

    cdef int _transferred(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        cdef long long base
        if contact.queue != row.queue or contact.agent != row.agent:
            return False
        if contact.phase != P_TALKING and contact.phase != P_HELD:
            return False
        base = self._end_part(contact, now, False)
        self._one(base + C_TRANSFERRED_OUT)
        self._leave(number, contact)
        contact.phase = P_TO_AGENT if row.to_agent else P_TO_QUEUE
        return True

    cdef int _abandoned(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        cdef long long base, wait_us = now - contact.since
        if contact.phase != P_WAITING or contact.queue != row.queue:
            return False
        base = self._base_of(contact.queue, contact.channel, NOBODY)
        self._sum(base + C_ABANDON_WAIT, wait_us)
        if wait_us < self._short_us(contact.queue):
            self._one(base + C_SHORT_ABANDONED)
        else:
            self._one(base + C_ABANDONED)
            if wait_us <= self._target_us(contact.queue, contact.channel):
                self._one(base + C_ABANDONED_IN_TARGET)
        return self._go(number, contact)

    cdef int _ended(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        if contact.queue != row.queue or contact.agent != row.agent:
            return False
        if contact.phase != P_TALKING and contact.phase != P_HELD:
            return False
        self._end_part(contact, now, True)
        contact.phase = P_WRAPPING
        if contact.unanswered:
            self._answer_thread(number, contact)
        self._change(contact.queue)
        return True

    cdef int _wrapped(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        cdef Part* parts = _parts_of(contact)
        cdef Part part
        cdef int index = contact.part_count - 1
        while index >= 0 and (parts[index].agent != row.agent or parts[index].queue != row.queue):
            index -= 1
        if index < 0:
            return False
        part = parts[index]
        self._sum(
            self._base_of(part.queue, part.channel, part.agent) + C_WRAP_SUM, now - part.ended_at
        )
        contact.part_count -= 1
        while index < contact.part_count:
            parts[index] = parts[index + 1]
            index += 1
        if part.last and contact.phase == P_WRAPPING:
            self._leave(number, contact)
            contact.phase = P_GONE
        return True

    cdef int _received(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        if not contact.unanswered:
            contact.unanswered, contact.unanswered_since = True, now
        self._open_thread(number, contact, row.queue)
        return True

    cdef int _sent(
        self, uint32_t number, Contact* contact, const Row* row, long long now
    ) except -1:
        cdef long long base
        if contact.unanswered:
            base = self._base_of(row.queue, contact.channel, row.agent)
            self._one(base + C_RESPONSES)
            self._sum(base + C_RESPONSE_SUM, now - contact.unanswered_since)
            self._answer_thread(number, contact)
        return True

    cdef long long _end_part(self, Contact* contact, long long now, bint last) except? -1:
        """Enter the agent's part that ends now; returns its cell's first code."""
        cdef long long base
        cdef Part* part
        if contact.phase == P_HELD:
            contact.hold_us += now - contact.held_at
        base = self._base_of(contact.queue, contact.channel, contact.agent)
        self._one(base + C_HANDLED)
        self._sum(base + C_TALK_SUM, now - contact.since - contact.hold_us)
        if contact.hold_us:
            self._sum(base + C_HOLD_SUM, contact.hold_us)
        part = _new_part(contact)
        part.agent, part.queue, part.channel = contact.agent, contact.queue, contact.channel
        part.ended_at, part.last = now, last
        return base

    cdef int _go(self, uint32_t number, Contact* contact) except -1:
        self._leave(number, contact)
        contact.phase = P_GONE
        if contact.unanswered:
            self._answer_thread(number, contact)
        return True

    cdef inline int _answer_thread(self, uint32_t number, Contact* contact) except -1:
        self._close_thread(number, contact)
        contact.unanswered = False
        return 0

    # --- steps of agents and surveys ----------------------------------------------------------

    cdef int _agent_told(self, const Row* row, long long shown) except -1:
        cdef Agent_* agent
        cdef unsigned char was
        cdef long long since, now
        self._room_for(row.agent)
        agent = &self._agent[row.agent]
        if not agent.known:
            if self._agent_count >= self._most_agents:
                self._turned_away += 1
                return True
            self._meet(row.agent)
            agent.clock = agent.since = row.micros
            agent.state, agent.team = row.state, row.team
            _replace(&agent.reason, row.reason)
            _replace(&agent.queues, row.queues if row.queues is not NULL else <PyObject*>_NO_QUEUES)
            return True
        self._changed_buckets.add(agent.bucket)
        now = row.micros if row.micros > agent.clock else agent.clock
        agent.clock = now
        if row.team != NOBODY:
            agent.team = row.team
        if row.queues is not NULL:
            _replace(&agent.queues, row.queues)
        if agent.state == row.state and _same_text(agent.reason, row.reason):
            return True
        was, since = agent.state, agent.since
        agent.state, agent.since = row.state, now
        _replace(&agent.reason, row.reason)
        if was == OFFLINE or now <= since:
            return True
        if now <= shown:
            self._end_stretch(row.agent, was, since, now)
        else:
            name = name_of(row.agent)
            # It may be seen only once its end is reached.
            if agent.closing is NULL:
                closing = []
                _replace(&agent.closing, <PyObject*>closing)
            (<list>agent.closing).append((STATES[was], since, now))
            self._ledger.hold_piece(Piece(name, STATES[was], since, now))
        return True

    cdef int _survey_answered(self, const Row* row) except -1:
        cdef long long base = self._base_of(row.queue, row.channel, row.agent)
        cdef int place, score
        self._one(base + C_SURVEYS)
        for place in range(NPS):
            score = row.scores[place]
            if score < 0:
                continue
            self._one(base + C_GIVEN[place])
            if score >= (1 if place == RESOLVED else TOP_BOX_FROM):
                self._one(base + C_GOOD[place])
        if row.scores[CSAT] >= 0:
            self._sum(base + C_CSAT_SUM, row.scores[CSAT])
        if row.scores[NPS] >= 0:
            self._one(base + C_NPS_N)
            if row.scores[NPS] >= PROMOTER_FROM:
                self._one(base + C_NPS_PROMOTERS)
            elif row.scores[NPS] <= DETRACTOR_UP_TO:
                self._one(base + C_NPS_DETRACTORS)
        return True

    cdef int _meet(self, uint32_t number) except -1:
        """Make room for an agent who is new."""
        cdef Agent_* agent = &self._agent[number]
        agent.known = True
        self._agent_count += 1
        agent.bucket = bucket_of(name_of(number))
        (<list>self._buckets[agent.bucket]).append(number)
        self._changed_buckets.add(agent.bucket)
        return 0

    cdef inline int _end_stretch(
        self, uint32_t agent, unsigned char state, long long start, long long end
    ) except -1:
        cdef Stretch* stretch
        if self._stretch_count == self._stretch_room:
            self._stretch = <Stretch*>_grown(
                self._stretch,
                self._stretch_room,
                2 * self._stretch_room + 1024,
                sizeof(Stretch),
            )
            self._stretch_room = 2 * self._stretch_room + 1024
        stretch = &self._stretch[self._stretch_count]
        stretch.agent, stretch.state, stretch.start, stretch.end = agent, state, start, end
        self._stretch_count += 1
        return 0

    cdef int _enter_stretches(self, long long newest_pane) except -1:
        """Add the batch's stretches to the panes: `Panes.add_pieces`."""
        cdef Py_ssize_t index, count = self._stretch_count
        cdef const Stretch* stretch
        cdef long long code, first = 0, low = 0, high = 0
        cdef bint begun = False
        cdef list told = None
        cdef tuple piece
        cdef object where, panes = self._ledger.panes
        self._stretch_count = 0
        if panes.replaying:
            return 0
        for index in range(count):
            stretch = &self._stretch[index]
            code = self._base_of(NOBODY, NO_CHANNEL, stretch.agent) + C_STATE_TIME[stretch.state]
            piece = (name_of(stretch.agent), STATES[stretch.state], stretch.start, stretch.end)
            if low < stretch.end <= high and first <= stretch.start:
                if not begun:
                    self._begin(low // PANE_US)
                    begun = True
                self._sum(code, stretch.end - stretch.start)
                told.append(piece)
                continue
            where = panes.add_piece(piece, code, newest_pane)
            if where is not None:
                told, first, low, high = where
                begun = False
        return 0

    # --- measurements -------------------------------------------------------------------------

    cdef inline int _one(self, long long code) except -1:
        _push(&self._ones, code)
        return True

    cdef inline int _sum(self, long long code, long long amount) except -1:
        _push(&self._sums, code)
        _push(&self._sums, amount)
        return 0

    cdef int _begin(self, long long pane) except -1:
        """What is entered from here on lies in the pane."""
        _push(&self._runs, pane)
        _push(&self._ends, self._ones.length)
        _push(&self._ends, self._sums.length)
        _push(&self._ends, self._waits.length)
        return 0

    cdef object _cut(self, long long pane):
        """Take out the last run."""
        cdef Py_ssize_t at = self._ends.length - 3, index
        taken = Measured()
        taken.begin(pane)
        for index in range(self._ends.at[at], self._ones.length):
            taken.ones.append(self._ones.at[index])
        for index in range(self._ends.at[at + 1], self._sums.length):
            taken.sums.append(self._sums.at[index])
        for index in range(self._ends.at[at + 2], self._waits.length):
            taken.waits.append(self._waits.at[index])
        self._ones.length = self._ends.at[at]
        self._sums.length = self._ends.at[at + 1]
        self._waits.length = self._ends.at[at + 2]
        self._ends.length = at
        self._runs.length -= 1
        return taken

    cdef int _flush(self) except -1:
        """Hand all that was measured to the panes."""
        if self._runs.length:
            self._ledger.measured.take(
                Bulk(
                    _array(&self._runs),
                    _array(&self._ends).reshape(-1, 3),
                    _array(&self._ones),
                    _array(&self._sums),
                    _array(&self._waits),
                )
            )
        return 0

    cdef inline long long _base_of(
        self, uint32_t queue, unsigned char channel, uint32_t agent
    ) except? -1:
        """The first code of the cell, as `ledger.Bases` has it."""
        cdef uint64_t pair = <uint64_t>queue << 32 | agent
        cdef uint64_t slot = _base_hash(pair, channel) & self._base_mask
        if self._base is not NULL:
            while self._base[slot].used:
                if self._base[slot].pair == pair and self._base[slot].channel == channel:
                    return self._base[slot].code
                slot = (slot + 1) & self._base_mask
        return self._new_base(pair, channel)

    cdef long long _new_base(self, uint64_t pair, unsigned char channel) except? -1:
        cdef uint64_t mask, slot, old
        cdef Base* bases
        if 2 * (self._base_count + 1) > self._base_mask:
            mask = max(<uint64_t>1023, 4 * self._base_mask + 3)
            bases = <Base*>PyMem_Calloc(mask + 1, sizeof(Base))
            if bases is NULL:
                raise MemoryError
            if self._base is not NULL:
                for old in range(self._base_mask + 1):
                    if self._base[old].used:
                        slot = _base_hash(self._base[old].pair, self._base[old].channel) & mask
                        while bases[slot].used:
                            slot = (slot + 1) & mask
                        bases[slot] = self._base[old]
            PyMem_Free(self._base)
            self._base, self._base_mask = bases, mask
        slot = _base_hash(pair, channel) & self._base_mask
        while self._base[slot].used:
            slot = (slot + 1) & self._base_mask
        cell = (
            name_of(<uint32_t>(pair >> 32)), _channel_name(channel), name_of(<uint32_t>pair)
        )
        code = self._bases[cell]
        if cell not in self._bases:
            # There was no room for it.
            return code
        self._base[slot].code = code
        self._base[slot].pair, self._base[slot].channel = pair, channel
        self._base[slot].used = True
        self._base_count += 1
        return self._base[slot].code

    cdef inline long long _target_us(self, uint32_t queue, unsigned char channel) except? -1:
        cdef Queue* at = &self._queue[queue]
        if at.target_us[channel] < 0:
            at.target_us[channel] = self._plan.target_us(name_of(queue), _channel_name(channel))
        return at.target_us[channel]

    cdef inline long long _short_us(self, uint32_t queue) except? -1:
        cdef Queue* at = &self._queue[queue]
        if at.short_us < 0:
            at.short_us = self._plan.short_abandon_us(name_of(queue))
        return at.short_us

    # --- queues: who stands where -------------------------------------------------------------

    cdef inline int _room_for(self, uint32_t number) except -1:
        """Make room for what is held by the number of a name."""
        cdef uint32_t room, at
        cdef int channel
        if number < self._name_room:
            return 0
        room = max(<uint32_t>1024, 2 * number)
        self._queue = <Queue*>_grown(self._queue, self._name_room, room, sizeof(Queue))
        self._agent = <Agent_*>_grown(self._agent, self._name_room, room, sizeof(Agent_))
        for at in range(self._name_room, room):
            self._queue[at].short_us = -1
            for channel in range(CHANNEL_COUNT):
                self._queue[at].target_us[channel] = -1
        self._name_room = room
        return 0

    cdef inline int _change(self, uint32_t queue) except -1:
        if queue != NOBODY:
            self._room_for(queue)
            if not self._queue[queue].changed:
                self._queue[queue].changed = True
                self._changed_queues.add(queue)
        return 0

    cdef int _stand(self, uint32_t number, Contact* contact) except -1:
        """Note that the contact now waits or is talked to in its queue."""
        cdef Queue* queue
        self._change(contact.queue)
        queue = &self._queue[contact.queue]
        contact.stands = True
        contact.next, contact.previous = 0, queue.last
        if queue.last:
            self._contact[queue.last].next = number
        else:
            queue.first = number
        queue.last = number
        return 0

    cdef int _leave(self, uint32_t number, Contact* contact) except -1:
        """Note that the contact no longer stands in its queue."""
        cdef Queue* queue
        self._change(contact.queue)
        if not contact.stands:
            return 0
        contact.stands = False
        queue = &self._queue[contact.queue]
        if contact.previous:
            self._contact[contact.previous].next = contact.next
        else:
            queue.first = contact.next
        if contact.next:
            self._contact[contact.next].previous = contact.previous
        else:
            queue.last = contact.previous
        return 0

    cdef int _open_thread(self, uint32_t number, Contact* contact, uint32_t name) except -1:
        """Note an unanswered message; the newest message's queue has the thread."""
        cdef Queue* queue
        self._change(name)
        if contact.has_thread:
            if contact.thread_queue == name:
                return 0
            self._close_thread(number, contact)
        contact.thread_queue, contact.has_thread = name, True
        queue = &self._queue[name]
        contact.thread_next, contact.thread_previous = 0, queue.last_thread
        if queue.last_thread:
            self._contact[queue.last_thread].thread_next = number
        else:
            queue.first_thread = number
        queue.last_thread = number
        return 0

    cdef int _close_thread(self, uint32_t number, Contact* contact) except -1:
        """Note that nothing is unanswered any more in the thread's queue."""
        cdef Queue* queue
        if not contact.has_thread:
            return 0
        self._change(contact.thread_queue)
        contact.has_thread = False
        queue = &self._queue[contact.thread_queue]
        if contact.thread_previous:
            self._contact[contact.thread_previous].thread_next = contact.thread_next
        else:
            queue.first_thread = contact.thread_next
        if contact.thread_next:
            self._contact[contact.thread_next].thread_previous = contact.thread_previous
        else:
            queue.last_thread = contact.thread_previous
        return 0

    # --- contacts by id -----------------------------------------------------------------------

    cdef uint32_t _find(self, const Row* row, bint begins) except? 0:
        """The contact that the event is about, 0 where there is none: `Contacts.find`."""
        cdef uint64_t slot
        cdef uint32_t number
        cdef Contact* contact
        if self._slots is not NULL:
            slot = row.subject_hash & self._mask
            while self._slots[slot]:
                number = self._slots[slot]
                contact = &self._contact[number]
                if contact.hash == row.subject_hash and _is_named(contact, &row.subject):
                    if row.micros - contact.clock <= _kept_us(contact):
                        return number
                    if not begins:
                        return 0
                    self._drop(number, contact)
                    _begin_anew(contact, row.micros)
                    return number
                slot = (slot + 1) & self._mask
        if not begins:
            return 0
        return self._add(row.subject_hash, &row.subject, row.micros)

    cdef uint32_t _add(self, uint64_t hash_, const Span* name, long long clock) except 0:
        cdef Contact* contact
        cdef uint32_t number = self._contact_count + 1, room
        if number >= self._contact_room:
            room = max(<uint32_t>1024, 2 * self._contact_room)
            self._contact = <Contact*>_grown(
                self._contact, self._contact_room, room, sizeof(Contact)
            )
            self._contact_room = room
        if 2 * <uint64_t>number > self._mask:
            self._index(max(<uint64_t>2047, 2 * self._mask + 1))
        contact = &self._contact[number]
        memset(contact, 0, sizeof(Contact))
        contact.hash = hash_
        if name.length <= NAME_BYTES:
            contact.name_length = <unsigned char>name.length
            memcpy(contact.name, name.start, name.length)
        else:
            contact.long_name = <char*>PyMem_Malloc(name.length)
            if contact.long_name is NULL:
                raise MemoryError
            contact.long_length = <uint32_t>name.length
            memcpy(contact.long_name, name.start, name.length)
        _begin_anew(contact, clock)
        self._contact_count = number
        self._enter_index(number)
        return number

    cdef int _index(self, uint64_t mask) except -1:
        """Make the table that finds contacts anew, of another size."""
        cdef uint32_t number
        cdef uint32_t* slots = <uint32_t*>PyMem_Calloc(mask + 1, sizeof(uint32_t))
        if slots is NULL:
            raise MemoryError
        PyMem_Free(self._slots)
        self._slots, self._mask = slots, mask
        for number in range(1, self._contact_count + 1):
            self._enter_index(number)
        return 0

    cdef inline void _enter_index(self, uint32_t number) noexcept:
        cdef uint64_t slot = self._contact[number].hash & self._mask
        while self._slots[slot]:
            slot = (slot + 1) & self._mask
        self._slots[slot] = number

    cdef int _drop(self, uint32_t number, Contact* contact) except -1:
        if contact.stands or contact.unanswered:
            self._dropped += 1
        if contact.lapsed:
            contact.lapsed = False
            self._lapsed -= 1
        self._leave(number, contact)
        self._close_thread(number, contact)
        return 0

    # --- whose time is over -------------------------------------------------------------------

    @property
    def expired(self):
        """How many contacts were dropped while standing somewhere, as of the last `sweep`."""
        return self._dropped + self._lapsed

    @property
    def limits_reached(self):
        """How often each limit was reached, of those that were."""
        reached = {
            "contacts": self._cut_short,
            "agents": self._turned_away,
            "duplicates": self._seen.cut_short,
            "names": self._names_refused,
        }
        return {name: times for name, times in reached.items() if times}

    @property
    def are_many(self):
        """Whether so many contacts came since the last `sweep` that another is due."""
        return self._contact_count > min(self._forget_at, self._most_contacts)

    def sweep(self, long long moment, long long newest):
        """Find who is past their time as of `moment`, and forget old ones by the `newest` time."""
        if moment > self._next_lapse or moment < self._swept:
            self._find_lapsed(moment)
        self._swept = moment
        if self._contact_count > self._forget_at:
            self._forget(moment, newest)
        if self._contact_count > self._most_contacts:
            self._drop_silent(self._most_contacts - self._most_contacts // 10)

    cdef int _find_lapsed(self, long long moment) except -1:
        cdef uint32_t number
        cdef Contact* contact
        cdef long long over
        cdef bint lapsed
        self._next_lapse, self._lapsed = NEVER, 0
        for number in range(1, self._contact_count + 1):
            contact = &self._contact[number]
            lapsed = False
            if contact.stands or contact.unanswered:
                over = contact.clock + _kept_us(contact)
                lapsed = over < moment
                if lapsed:
                    self._lapsed += 1
                elif over < self._next_lapse:
                    self._next_lapse = over
            if lapsed != contact.lapsed:
                contact.lapsed = lapsed
                self._change(contact.queue)
                self._change(contact.thread_queue)
        return 0

    cdef int _forget(self, long long moment, long long newest) except -1:
        """Forget the contacts that are longest past their time, beyond so many of them."""
        cdef uint32_t number
        cdef Contact* contact
        overs = np.empty(self._contact_count, np.int64)
        cdef long long[::1] over = overs
        cdef long long limit = min(moment, newest)
        for number in range(1, self._contact_count + 1):
            contact = &self._contact[number]
            over[number - 1] = contact.clock + _kept_us(contact)
        past = np.flatnonzero(overs < limit)
        if len(past) > FORGOTTEN_BEYOND:
            oldest = np.argsort(overs[past], kind="stable")[:-FORGOTTEN_BEYOND]
            self._let_go(past[oldest])
        self._forget_at = 2 * self._contact_count + 4 * FORGOTTEN_BEYOND
        return 0

    cdef int _drop_silent(self, Py_ssize_t kept) except -1:
        """Drop those that were silent longest, all but so many."""
        cdef uint32_t number
        clocks = np.empty(self._contact_count, np.int64)
        cdef long long[::1] clock = clocks
        for number in range(1, self._contact_count + 1):
            clock[number - 1] = self._contact[number].clock
        silent = np.argsort(clocks, kind="stable")[: self._contact_count - kept]
        self._let_go(silent)
        self._cut_short += len(silent)
        return 0

    cdef int _let_go(self, object places) except -1:
        """Drop the contacts at these places, from 0, and close the gaps that they leave."""
        cdef long long[::1] gone = np.ascontiguousarray(places, np.int64)
        cdef Py_ssize_t index
        cdef uint32_t number, kept = 0
        cdef Contact* contact
        cdef uint32_t* moved = <uint32_t*>PyMem_Calloc(self._contact_count + 1, sizeof(uint32_t))
        if moved is NULL:
            raise MemoryError
        try:
            for index in range(gone.shape[0]):
                number = <uint32_t>(gone[index] + 1)
                contact = &self._contact[number]
                self._drop(number, contact)
                PyMem_Free(contact.parts)
                PyMem_Free(contact.long_name)
                contact.parts, contact.long_name = NULL, NULL
                moved[number] = number
            for number in range(1, self._contact_count + 1):
                if moved[number]:
                    moved[number] = 0
                else:
                    kept += 1
                    moved[number] = kept
            self._move_up(moved, kept)
        finally:
            PyMem_Free(moved)
        return 0

    cdef int _move_up(self, const uint32_t* moved, uint32_t kept) except -1:
        """Close the gaps that the forgotten leave; `moved` has everybody's new number."""
        cdef uint32_t number
        cdef Contact* contact
        for number in range(1, self._contact_count + 1):
            if moved[number]:
                contact = &self._contact[moved[number]]
                contact[0] = self._contact[number]
                contact.next, contact.previous = moved[contact.next], moved[contact.previous]
                contact.thread_next = moved[contact.thread_next]
                contact.thread_previous = moved[contact.thread_previous]
        self._contact_count = kept
        for number in range(self._name_room):
            self._queue[number].first = moved[self._queue[number].first]
            self._queue[number].last = moved[self._queue[number].last]
            self._queue[number].first_thread = moved[self._queue[number].first_thread]
            self._queue[number].last_thread = moved[self._queue[number].last_thread]
        self._index(self._mask)
        return 0

    # --- what is so now -----------------------------------------------------------------------

    @property
    def have_changed(self):
        """Whether any queue changed since it was last told."""
        return bool(self._changed_queues)

    def touch(self, queue):
        """Something else in the queue changed, that is told with it."""
        self._change(number_of(queue))

    def changed_queues(self, *, everything):
        """The queues that changed since the last call, or all in which somebody stands too."""
        cdef uint32_t number
        told = set()
        for number in self._changed_queues:
            self._queue[number].changed = False
            told.add(name_of(number))
        self._changed_queues.clear()
        if everything:
            for number in range(self._name_room):
                if self._queue[number].first or self._queue[number].first_thread:
                    told.add(name_of(number))
        return told

    def changed_buckets(self, *, everything):
        """The groups of agents in which somebody changed since the last call, or all of them."""
        told = set(self._changed_buckets)
        self._changed_buckets.clear()
        if everything:
            told.update([bucket for bucket in range(BUCKETS) if self._buckets[bucket]])
        return told

    def present(self, name):
        """Who stands in the queue, without the contacts whose time is over."""
        cdef uint32_t queue = number_of(name)
        cdef uint32_t number
        cdef Contact* contact
        cdef list counts
        told = QueuePresent({}, {}, {})
        self._room_for(queue)
        number = self._queue[queue].first
        while number:
            contact = &self._contact[number]
            number = contact.next
            if contact.lapsed:
                continue
            if contact.phase == P_WAITING:
                told.waiting.setdefault(_channel_name(contact.channel), []).append(contact.since)
            else:
                key = (_channel_name(contact.channel), name_of(contact.agent))
                counts = told.active.setdefault(key, [0, 0, 0])
                counts[0 if contact.phase == P_TALKING else 1 if contact.phase == P_HELD else 2] += 1
        number = self._queue[queue].first_thread
        while number:
            contact = &self._contact[number]
            number = contact.thread_next
            if not contact.lapsed:
                channel = _channel_name(contact.channel)
                told.unanswered.setdefault(channel, []).append(contact.unanswered_since)
        return told

    def agents_in(self, bucket):
        """The agents of a group."""
        told = []
        for number in self._buckets[bucket]:
            agent = self._saved_agent(number)
            told.append(
                AgentFrame(
                    name_of(number),
                    agent.state,
                    agent.reason,
                    agent.since,
                    agent.team,
                    agent.queues,
                    agent.closing,
                )
            )
        return told

    def close_stretches(self, agents):
        """The first stretch that each of these agents had ahead of what is shown is reached."""
        cdef uint32_t number
        cdef Agent_* agent
        for name in agents:
            number = number_of(name)
            # One that is told as one of many may have less than all of them had.
            if number < self._name_room and self._agent[number].closing is not NULL:
                agent = &self._agent[number]
                del (<list>agent.closing)[:1]
                self._changed_buckets.add(agent.bucket)

    # --- checkpoints --------------------------------------------------------------------------

    def save(self):
        """All that is held, to be encoded before the next event."""
        cdef uint32_t number
        contacts = {
            _name_of_contact(&self._contact[number]): _saved_contact(&self._contact[number])
            for number in range(1, self._contact_count + 1)
        }
        agents = {
            name_of(number): self._saved_agent(number)
            for members in self._buckets
            for number in members
        }
        return SavedLives(self._seen.save(), contacts, self._dropped, agents)

    def restore(self, saved):
        """Take over what was saved, by this make or the other."""
        self._seen.restore(saved.seen)
        self._dropped = saved.dropped
        for name, contact in saved.contacts.items():
            self._restore_contact(name.encode(), contact)
        self._forget_at = 2 * self._contact_count + 4 * FORGOTTEN_BEYOND
        for name, agent in saved.agents.items():
            self._restore_agent(number_of(name), agent)

    cdef object _saved_agent(self, uint32_t number):
        cdef Agent_* agent = &self._agent[number]
        return Agent(
            clock=agent.clock,
            state=STATES[agent.state],
            reason=None if agent.reason is NULL else <object>agent.reason,
            since=agent.since,
            team=name_of(agent.team),
            queues=<object>agent.queues,
            closing=[] if agent.closing is NULL else list(<object>agent.closing),
        )

    cdef int _restore_agent(self, uint32_t number, object saved) except -1:
        cdef Agent_* agent
        self._room_for(number)
        agent = &self._agent[number]
        if not agent.known:
            self._meet(number)
        agent.clock, agent.since = saved.clock, saved.since
        agent.state, agent.team = STATES.index(saved.state), number_of(saved.team)
        if saved.reason is not None:
            _replace(&agent.reason, <PyObject*>saved.reason)
        _replace(&agent.queues, <PyObject*>saved.queues)
        if saved.closing:
            before = [] if agent.closing is NULL else <object>agent.closing
            closing = [*before, *saved.closing]
            _replace(&agent.closing, <PyObject*>closing)
        return 0

    cdef int _restore_contact(self, bytes name, object saved) except -1:
        cdef Span span
        cdef Contact* contact
        cdef Part* part
        cdef uint32_t number
        span.start, span.length = name, len(name)
        number = self._add(hash_of(&span), &span, saved.clock)
        contact = &self._contact[number]
        contact.phase = int(saved.phase)
        contact.channel = _channel_number(saved.channel)
        contact.queue, contact.agent = number_of(saved.queue or None), number_of(saved.agent or None)
        contact.since, contact.held_at, contact.hold_us = saved.since, saved.held_at, saved.hold_us
        for each in saved.parts:
            part = _new_part(contact)
            part.agent, part.queue = number_of(each.agent), number_of(each.queue)
            part.channel = _channel_number(each.channel)
            part.ended_at, part.last = each.ended_at, each.last
        if P_WAITING <= contact.phase <= P_HELD or contact.phase == P_WRAPPING:
            self._stand(number, contact)
        if saved.unanswered_since is not None:
            contact.unanswered, contact.unanswered_since = True, saved.unanswered_since
            self._open_thread(number, contact, number_of(saved.unanswered_queue))
        # Found anew by the next sweep.
        self._next_lapse = -NEVER
        return 0


# --- small things -------------------------------------------------------------------------------


cdef void* _grown(void* block, size_t had, size_t room, size_t size) except NULL:
    """A block with more room, the new part of it zero."""
    cdef char* grown = <char*>PyMem_Realloc(block, room * size)
    if grown is NULL:
        raise MemoryError
    memset(grown + had * size, 0, (room - had) * size)
    return grown


cdef inline uint64_t _base_hash(uint64_t pair, unsigned char channel) noexcept:
    cdef uint64_t hash_ = (pair ^ (<uint64_t>channel << 56)) * 0x9E3779B97F4A7C15ULL
    return hash_ ^ (hash_ >> 29)


cdef inline long long _kept_us(const Contact* contact) noexcept:
    """How long the contact is kept past its newest event."""
    if P_WAITING <= contact.phase <= P_TO_AGENT or contact.unanswered:
        return UNFINISHED_KEPT_US
    return FINISHED_KEPT_US


cdef inline void _begin_anew(Contact* contact, long long clock) noexcept:
    """A contact of which nothing is known but its id."""
    contact.clock = clock
    contact.phase, contact.channel = P_NEW, NO_CHANNEL
    contact.queue = contact.agent = contact.thread_queue = NOBODY
    contact.since = contact.held_at = contact.hold_us = 0
    contact.unanswered = False
    contact.part_count = 0


cdef inline bint _is_named(const Contact* contact, const Span* name) noexcept:
    if contact.long_name is not NULL:
        return contact.long_length == name.length and not memcmp(
            contact.long_name, name.start, name.length
        )
    return contact.name_length == name.length and not memcmp(
        contact.name, name.start, name.length
    )


cdef str _name_of_contact(Contact* contact):
    cdef Span span
    if contact.long_name is not NULL:
        span.start, span.length = contact.long_name, contact.long_length
    else:
        span.start, span.length = contact.name, contact.name_length
    return text_of(&span)


cdef inline Part* _parts_of(Contact* contact) noexcept:
    """Where the contact's parts lie: the first few in its own row."""
    return &contact.first_part if contact.parts is NULL else contact.parts


cdef Part* _new_part(Contact* contact) except NULL:
    cdef Part* parts
    cdef int room
    if contact.parts is NULL and contact.part_count == 0:
        contact.part_count = 1
        return &contact.first_part
    if contact.part_count >= contact.part_room:
        room = max(4, 2 * contact.part_room)
        parts = <Part*>PyMem_Realloc(contact.parts, room * sizeof(Part))
        if parts is NULL:
            raise MemoryError
        if contact.parts is NULL:
            parts[0] = contact.first_part
        contact.parts, contact.part_room = parts, room
    contact.part_count += 1
    return &contact.parts[contact.part_count - 1]


cdef object _saved_contact(Contact* contact):
    cdef int index
    cdef Part* parts = _parts_of(contact)
    return plain.Contact(
        clock=contact.clock,
        phase=plain.Phase(contact.phase),
        queue=name_of(contact.queue) or "",
        channel=_channel_name(contact.channel),
        agent=name_of(contact.agent) or "",
        since=contact.since,
        held_at=contact.held_at,
        hold_us=contact.hold_us,
        parts=tuple(
            [
                plain.Part(
                    name_of(parts[index].agent),
                    name_of(parts[index].queue),
                    _channel_name(parts[index].channel),
                    parts[index].ended_at,
                    parts[index].last,
                )
                for index in range(contact.part_count)
            ]
        ),
        unanswered_since=contact.unanswered_since if contact.unanswered else None,
        unanswered_queue=name_of(contact.thread_queue) or "",
    )


cdef inline object _channel_name(unsigned char channel):
    return None if channel == NO_CHANNEL else ev.CHANNELS[channel]


cdef inline unsigned char _channel_number(object channel) except? 0:
    return NO_CHANNEL if channel is None else ev.CHANNELS.index(channel)


cdef inline void _replace(PyObject** place, PyObject* by) noexcept:
    """Hold another object, or none."""
    cdef PyObject* before = place[0]
    Py_XINCREF(by)
    place[0] = by
    Py_XDECREF(before)


cdef inline bint _same_text(PyObject* one, PyObject* other):
    if one is NULL or other is NULL:
        return one == other
    return <str>one == <str>other

# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True
"""Events scanned from their bytes in one pass: what `decode_batch` does, compiled.

The scanner reads what is written in the usual way and is good beyond doubt: names and values
without escapes, each name once, numbers short enough, times in UTC. Whatever else comes, good or
bad, is left to `codec.decode`, which alone says why an event is rejected. What a type's data may
hold is taken from the contract's structs when this module is loaded, so there is one truth.
"""

from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcmp, memcpy

import types
from typing import Literal, get_args, get_origin

import msgspec

from stream.contract import events as ev
from stream.contract.instants import UNREADABLE, minute_us

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    char* PyBytes_AS_STRING(object payload)
    Py_ssize_t PyBytes_GET_SIZE(object payload)
    PyObject* PyList_GET_ITEM(list items, Py_ssize_t place)

cdef extern from *:
    """
    #if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "the scanner reads words of eight bytes with the lowest first"
    #endif
    #define ONES 0x0101010101010101ULL
    #define HIGHS 0x8080808080808080ULL
    /* Which of eight bytes end the plain run of a string: quotes, backslashes, control
       characters, and all that is not ASCII. The lowest bit that is set is exact. */
    static inline uint64_t stops(uint64_t word) {
        uint64_t quote = word ^ (ONES * '"'), slash = word ^ (ONES * '\\\\');
        return (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)
                | ((word - ONES * 0x20) & ~word) | word) & HIGHS;
    }
    static inline int first_stop(uint64_t mask) { return __builtin_ctzll(mask) >> 3; }
    #define prefetch(place) __builtin_prefetch(place)
    """
    uint64_t stops(uint64_t word) nogil
    int first_stop(uint64_t mask) nogil
    void prefetch(const void* place) noexcept nogil


cdef enum:
    EVENT_BYTES_MAX = 65_536
    IDENTIFIER_BYTES_MAX = 128
    # An event with more fields than these is left to the codec.
    MEMBERS_MAX = 32
    FIELDS_MAX = 24
    VALUES_MAX = 16
    KINDS_MAX = 32
    # Whole numbers up to this many digits fit into 63 bits.
    DIGITS_MAX = 18

# What stands in the place of a value.
cdef enum Token:
    STRING, NUMBER, FRACTION, TRUE, FALSE, NULL_, STRINGS

# What a field may hold.
cdef enum Rule:
    IDENTIFIER, IDENTIFIERS, NAMED, TEXT, WHOLE, YES_NO, BEYOND

# Where a value is kept.
cdef enum Slot:
    NOWHERE, QUEUE, CHANNEL, AGENT, TO_AGENT, STATE, REASON, TEAM, QUEUES, FIRST_SCORE


cdef struct Member:
    Span name
    Span value
    int token


cdef struct Field:
    Span name
    int rule
    int slot
    bint required
    # WHOLE: what is allowed, both included.
    long long low
    long long high
    # NAMED: the values.
    int names
    Span name_bytes[VALUES_MAX]


cdef struct Kind:
    Span tag
    int fields
    Field field[FIELDS_MAX]
    bint needs_score
    # The fields that must be there, as bits.
    unsigned int required


# The names in an event's data, until it is known to be good; without a start where there is none.
cdef struct Named:
    Span queue
    Span agent
    Span team
    Span queues


cdef struct Envelope:
    Span id
    Span source
    Span time
    Span subject
    Span type
    int members
    Member member[MEMBERS_MAX]
    bint ascii


SURVEY_SCORES = ev.SURVEY_SCORES
STATES = get_args(ev.AgentState)
assert len(SURVEY_SCORES) == SCORES
assert get_args(ev.Channel) == ev.CHANNELS
EVENT_STRUCTS = get_args(ev.KnownEvent)
UNKNOWN_KIND = len(EVENT_STRUCTS)

cdef Kind* _kinds = <Kind*>PyMem_Malloc(KINDS_MAX * sizeof(Kind))
cdef int _kind_count = 0
# What the spans and objects in `_kinds` point into is kept for as long as the module is.
_kept = []

_SLOTS = {
    "queue": QUEUE,
    "channel": CHANNEL,
    "agent": AGENT,
    "to_agent": TO_AGENT,
    "state": STATE,
    "reason": REASON,
    "team": TEAM,
    "queues": QUEUES,
    **{name: FIRST_SCORE + place for place, name in enumerate(SURVEY_SCORES)},
}


cdef class Rows:
    """A batch of events as one row each: what `batch.Batch` is without the compiled core."""

    def __cinit__(self, Py_ssize_t room):
        self.row = <Row*>PyMem_Malloc(max(room, 1) * sizeof(Row))
        if self.row is NULL:
            raise MemoryError
        self.count = 0
        self.places = ()
        self.rejected = []
        self._kept = []

    def __dealloc__(self):
        PyMem_Free(self.row)

    def __len__(self):
        return self.count

    @property
    def times(self):
        """When each was, in microseconds."""
        return [self.row[index].micros for index in range(self.count)]

    @property
    def latest(self):
        """The latest time among them; there is at least one."""
        cdef long long latest = self.row[0].micros
        cdef Py_ssize_t index
        for index in range(1, self.count):
            if self.row[index].micros > latest:
                latest = self.row[index].micros
        return latest

    def only(self, kept):
        """The batch with the events at these indices alone."""
        cdef Rows rows = Rows(len(kept))
        cdef Py_ssize_t index
        for index in kept:
            rows.row[rows.count] = self.row[index]
            rows.count += 1
        rows.places = [self.places[index] for index in kept]
        rows.rejected = self.rejected
        rows._kept = self._kept
        rows.refused = self.refused
        return rows

    def rejecting(self, bad, reason):
        """The batch with the events at these indices rejected, for one reason."""
        cdef Rows rows = self.only([index for index in range(self.count) if index not in bad])
        rejected = [*self.rejected, *((self.places[index], reason) for index in bad)]
        rows.rejected = sorted(rejected)
        return rows


def scan(payloads, event_or_reason):
    """Read many events. `event_or_reason` reads one that is not written in the usual way: it
    returns the event, or text, the reason why it is rejected."""
    global _refused
    cdef list kept = list(payloads)
    cdef long long refused = _refused
    cdef Py_ssize_t place, count = len(kept)
    cdef Rows rows = Rows(count)
    cdef list places = []
    cdef Envelope envelope
    cdef Row* row
    cdef int kind
    rows._kept = kept
    for payload in kept:
        if type(payload) is not bytes:
            raise TypeError(f"an event is bytes, not {type(payload).__name__}")
    for place in range(count):
        row = &rows.row[rows.count]
        payload = kept[place]
        if place + 2 < count:
            prefetch(PyBytes_AS_STRING(<object>PyList_GET_ITEM(kept, place + 2)))
            prefetch(PyBytes_AS_STRING(<object>PyList_GET_ITEM(kept, place + 2)) + 128)
        kind = _read(payload, &envelope)
        if kind >= 0:
            row.micros = _time_of(&envelope.time)
            if row.micros != NO_TIME and _fill(row, kind, &envelope, kept):
                rows.count += 1
                places.append(place)
                continue
        event = event_or_reason(payload)
        if isinstance(event, str):
            rows.rejected.append((place, event))
        else:
            _fill_from(row, event, kept)
            rows.count += 1
            places.append(place)
    rows.places = places if len(places) < count else range(count)
    rows.refused = _refused - refused
    return rows


cdef void _clear(Row* row) noexcept:
    cdef int place
    row.queue = row.agent = row.team = NOBODY
    row.channel = NO_CHANNEL
    row.state = 0
    row.to_agent = False
    row.reason = row.queues = row.data = NULL
    for place in range(SCORES):
        row.scores[place] = -1


cdef int _fill_from(Row* row, object event, list kept) except -1:
    """The row of an event that the codec read; what it points to is kept."""
    cdef int place
    _clear(row)
    row.micros = event.time
    row.kind = _KIND_OF.get(type(event), UNKNOWN_KIND)
    row.subject = _kept_span(event.subject, kept)
    row.source = _kept_span(event.source, kept)
    row.id = _kept_span(event.id, kept)
    hash_mark(row)
    data = getattr(event, "data", None)
    kept.append(data)
    row.data = <PyObject*>data
    row.queue = number_of(getattr(data, "queue", None))
    row.agent = number_of(getattr(data, "agent", None))
    row.team = number_of(getattr(data, "team", None))
    row.to_agent = getattr(data, "to_agent", None) is not None
    channel = getattr(data, "channel", None)
    if channel is not None:
        row.channel = ev.CHANNELS.index(channel)
    for place in range(SCORES):
        score = getattr(data, SURVEY_SCORES[place], None)
        if score is not None:
            row.scores[place] = score
    if row.kind == AGENT_STATE:
        row.agent = number_of(event.subject)
        row.state = STATES.index(data.state)
        # Both belong to `data`, which is kept.
        if data.reason is not None:
            row.reason = <PyObject*>data.reason
        if data.queues is not None:
            row.queues = <PyObject*>data.queues
    return 0


cdef Span _kept_span(str text, list kept):
    cdef Span span
    content = text.encode()
    kept.append(content)
    span.start = PyBytes_AS_STRING(content)
    span.length = PyBytes_GET_SIZE(content)
    return span


# --- the text of an event ---------------------------------------------------------------------


cdef int _read(object payload, Envelope* envelope) except -2:
    """Find the attributes and the members of `data`; returns the kind, -1 where it is not for
    the scanner."""
    cdef Py_ssize_t length = PyBytes_GET_SIZE(payload)
    cdef const char* at = PyBytes_AS_STRING(payload)
    cdef const char* end = at + length
    cdef Span name, value
    cdef int seen = 0, token, bit
    if length > EVENT_BYTES_MAX:
        return -1
    envelope.members = 0
    envelope.ascii = True
    at = _blanks(at, end)
    if at >= end or at[0] != b"{":
        return -1
    at += 1
    while True:
        at = _name(at, end, &name, &envelope.ascii)
        if at is NULL:
            return -1
        bit = _attribute(&name)
        if bit == DATA:
            at = _members(at, end, envelope)
        else:
            at = _value(at, end, &value, &token, &envelope.ascii)
        if at is NULL or seen & bit:
            return -1
        if bit != DATA and bit != 0:
            if token != STRING or not value.length:
                return -1
            _keep(envelope, bit, &value)
            if bit == SPECVERSION and (value.length != 3 or memcmp(value.start, b"1.0", 3)):
                return -1
        seen |= bit
        at = _blanks(at, end)
        if at >= end:
            return -1
        if at[0] == b",":
            at += 1
            continue
        if at[0] != b"}":
            return -1
        break
    at = _blanks(at + 1, end)
    if at != end or seen != ALL_ATTRIBUTES:
        return -1
    if max(envelope.id.length, envelope.source.length, envelope.subject.length) > 128:
        return -1
    if not envelope.ascii:
        try:
            PyUnicode_DecodeUTF8(PyBytes_AS_STRING(payload), length, NULL)
        except UnicodeDecodeError:
            return -1
    return _kind_of(&envelope.type)


cdef enum:
    ID = 1
    SOURCE = 2
    TIME = 4
    SUBJECT = 8
    TYPE = 16
    SPECVERSION = 32
    DATA = 64
    ALL_ATTRIBUTES = 127


cdef inline int _attribute(const Span* name) noexcept:
    """The attribute's bit; 0 of one that is not in the contract."""
    if name.length == 2:
        return ID if not memcmp(name.start, b"id", 2) else 0
    if name.length == 4:
        if not memcmp(name.start, b"time", 4):
            return TIME
        if not memcmp(name.start, b"type", 4):
            return TYPE
        return DATA if not memcmp(name.start, b"data", 4) else 0
    if name.length == 6:
        return SOURCE if not memcmp(name.start, b"source", 6) else 0
    if name.length == 7:
        return SUBJECT if not memcmp(name.start, b"subject", 7) else 0
    if name.length == 11:
        return SPECVERSION if not memcmp(name.start, b"specversion", 11) else 0
    return 0


cdef inline void _keep(Envelope* envelope, int bit, const Span* value) noexcept:
    if bit == ID:
        envelope.id = value[0]
    elif bit == SOURCE:
        envelope.source = value[0]
    elif bit == TIME:
        envelope.time = value[0]
    elif bit == SUBJECT:
        envelope.subject = value[0]
    elif bit == TYPE:
        envelope.type = value[0]


cdef const char* _members(const char* at, const char* end, Envelope* envelope) noexcept:
    """The members of the object `data`, none of them nested; the place behind it or NULL."""
    cdef Member* member
    at = _blanks(at, end)
    if at >= end or at[0] != b"{":
        return NULL
    at = _blanks(at + 1, end)
    if at < end and at[0] == b"}":
        return at + 1
    while True:
        if envelope.members == MEMBERS_MAX:
            return NULL
        member = &envelope.member[envelope.members]
        at = _name(at, end, &member.name, &envelope.ascii)
        if at is NULL:
            return NULL
        at = _value(at, end, &member.value, &member.token, &envelope.ascii)
        if at is NULL:
            return NULL
        envelope.members += 1
        at = _blanks(at, end)
        if at >= end:
            return NULL
        if at[0] == b",":
            at += 1
            continue
        return at + 1 if at[0] == b"}" else NULL


cdef inline const char* _blanks(const char* at, const char* end) noexcept:
    while at < end and (at[0] == b" " or at[0] == b"\n" or at[0] == b"\r" or at[0] == b"\t"):
        at += 1
    return at


cdef inline const char* _name(
    const char* at, const char* end, Span* name, bint* ascii
) noexcept:
    """A member's name and its colon."""
    at = _blanks(at, end)
    if at >= end or at[0] != b'"':
        return NULL
    at = _string(at + 1, end, name, ascii)
    if at is NULL:
        return NULL
    at = _blanks(at, end)
    if at >= end or at[0] != b":":
        return NULL
    return at + 1


cdef inline const char* _string(
    const char* at, const char* end, Span* span, bint* ascii
) noexcept:
    """The rest of a string without escapes, and the place behind its quote."""
    cdef uint64_t word, mask
    span.start = at
    while at < end:
        if end - at >= 8:
            memcpy(&word, at, 8)
            mask = stops(word)
            if not mask:
                at += 8
                continue
            at += first_stop(mask)
        if at[0] == b'"':
            span.length = at - span.start
            return at + 1
        if at[0] == b"\\" or <unsigned char>at[0] < 0x20:
            return NULL
        if <unsigned char>at[0] >= 0x80:
            ascii[0] = False
        at += 1
    return NULL


cdef inline const char* _value(
    const char* at, const char* end, Span* span, int* token, bint* ascii
) noexcept:
    """A string, a list of strings, a number, truth or null, and the place behind it."""
    at = _blanks(at, end)
    if at >= end:
        return NULL
    if at[0] == b'"':
        token[0] = STRING
        return _string(at + 1, end, span, ascii)
    if at[0] == b"[":
        token[0] = STRINGS
        return _strings(at + 1, end, span, ascii)
    if at[0] == b"-" or b"0" <= at[0] <= b"9":
        return _number(at, end, span, token)
    if end - at >= 4 and not memcmp(at, b"true", 4):
        token[0] = TRUE
        return at + 4
    if end - at >= 5 and not memcmp(at, b"false", 5):
        token[0] = FALSE
        return at + 5
    if end - at >= 4 and not memcmp(at, b"null", 4):
        token[0] = NULL_
        return at + 4
    return NULL


cdef const char* _strings(
    const char* at, const char* end, Span* span, bint* ascii
) noexcept:
    """The rest of a list of strings; the span is what its brackets hold."""
    cdef Span each
    span.start = at
    at = _blanks(at, end)
    if at < end and at[0] == b"]":
        span.length = 0
        return at + 1
    while True:
        at = _blanks(at, end)
        if at >= end or at[0] != b'"':
            return NULL
        at = _string(at + 1, end, &each, ascii)
        if at is NULL:
            return NULL
        at = _blanks(at, end)
        if at < end and at[0] == b",":
            at += 1
            continue
        if at >= end or at[0] != b"]":
            return NULL
        span.length = at - span.start
        return at + 1


cdef inline const char* _number(
    const char* at, const char* end, Span* span, int* token
) noexcept:
    """A number without an exponent, of few enough digits."""
    cdef const char* digits
    span.start = at
    if at[0] == b"-":
        at += 1
    digits = at
    while at < end and b"0" <= at[0] <= b"9":
        at += 1
    if at == digits or at - digits > DIGITS_MAX or (digits[0] == b"0" and at - digits > 1):
        return NULL
    token[0] = NUMBER
    if at < end and at[0] == b".":
        digits = at + 1
        at += 1
        while at < end and b"0" <= at[0] <= b"9":
            at += 1
        if at == digits or at - digits > DIGITS_MAX:
            return NULL
        token[0] = FRACTION
    if at < end and (at[0] == b"e" or at[0] == b"E"):
        return NULL
    span.length = at - span.start
    return at


# --- what it means ----------------------------------------------------------------------------


cdef inline int _kind_of(const Span* tag) noexcept:
    cdef int kind
    for kind in range(_kind_count):
        if _kinds[kind].tag.length == tag.length and not memcmp(
            _kinds[kind].tag.start, tag.start, tag.length
        ):
            return kind
    return -1


cdef bint _fill(Row* row, int number, const Envelope* envelope, list kept) except -1:
    """The row of an event that is good beyond doubt; False where it is not for the scanner."""
    cdef const Kind* kind = &_kinds[number]
    cdef const Member* member
    cdef const Field* field
    cdef int place, index, scores = 0
    cdef unsigned int seen = 0
    cdef Named named
    named.queue.start = named.agent.start = named.team.start = named.queues.start = NULL
    _clear(row)
    for place in range(envelope.members):
        member = &envelope.member[place]
        index = _field_of(kind, &member.name)
        if index < 0:
            continue
        field = &kind.field[index]
        if seen & (<unsigned int>1 << index):
            return False
        seen |= <unsigned int>1 << index
        if member.token == NULL_:
            if field.required:
                return False
            continue
        if not _takes(field, member, row, &named, kept):
            return False
        if field.slot >= FIRST_SCORE:
            scores += 1
    if kind.required & ~seen or (kind.needs_score and not scores):
        return False
    row.kind = number
    row.subject, row.source, row.id = envelope.subject, envelope.source, envelope.id
    _take_names(row, number, &named, kept)
    hash_mark(row)
    return True


cdef void hash_mark(Row* row) noexcept:
    """Set the hashes by which the event's subject and the event itself are found."""
    row.subject_hash = hash_of(&row.subject)
    row.mark_hash = (
        row.subject_hash * 0x9E3779B97F4A7C15ULL
        ^ hash_of(&row.source) * 0xC2B2AE3D27D4EB4FULL
        ^ hash_of(&row.id)
    )


cdef inline int _field_of(const Kind* kind, const Span* name) noexcept:
    cdef int index
    for index in range(kind.fields):
        if kind.field[index].name.length == name.length and not memcmp(
            kind.field[index].name.start, name.start, name.length
        ):
            return index
    return -1


cdef bint _takes(
    const Field* field, const Member* member, Row* row, Named* named, list kept
) except -1:
    """Whether the field may hold the value beyond doubt; a value that is asked for is kept."""
    cdef int index
    cdef long long number
    if field.rule == IDENTIFIER:
        if member.token != STRING or not 1 <= member.value.length <= IDENTIFIER_BYTES_MAX:
            return False
        if field.slot == QUEUE:
            named.queue = member.value
        elif field.slot == AGENT:
            named.agent = member.value
        elif field.slot == TEAM:
            named.team = member.value
        elif field.slot == TO_AGENT:
            row.to_agent = True
        return True
    if field.rule == IDENTIFIERS:
        named.queues = member.value
        return member.token == STRINGS and _are_identifiers(&member.value)
    if field.rule == TEXT:
        if member.token != STRING:
            return False
        if field.slot == REASON:
            text = text_of(&member.value)
            kept.append(text)
            row.reason = <PyObject*>text
        return True
    if field.rule == NAMED:
        if member.token != STRING:
            return False
        for index in range(field.names):
            if field.name_bytes[index].length == member.value.length and not memcmp(
                field.name_bytes[index].start, member.value.start, member.value.length
            ):
                if field.slot == CHANNEL:
                    row.channel = index
                elif field.slot == STATE:
                    row.state = index
                return True
        return False
    if field.rule == WHOLE:
        if member.token != NUMBER:
            return False
        number = _whole(&member.value)
        if not field.low <= number <= field.high:
            return False
        if field.slot >= FIRST_SCORE:
            row.scores[field.slot - FIRST_SCORE] = <signed char>number
        return True
    if field.rule == YES_NO:
        if member.token != TRUE and member.token != FALSE:
            return False
        if field.slot >= FIRST_SCORE:
            row.scores[field.slot - FIRST_SCORE] = member.token == TRUE
        return True
    return False


cdef bint _are_identifiers(const Span* listed) noexcept:
    """Whether each string of a list is an identifier."""
    cdef const char* at = listed.start
    cdef const char* end = at + listed.length
    cdef bint ascii
    cdef Span each
    while at < end:
        if at[0] != b'"':
            at += 1
            continue
        at = _string(at + 1, end, &each, &ascii)
        if at is NULL or not 1 <= each.length <= IDENTIFIER_BYTES_MAX:
            return False
    return True


cdef int _take_names(Row* row, int kind, const Named* named, list kept) except -1:
    """Number the names of an event that is good: a bad one must not use any up."""
    cdef const char* at
    cdef const char* end
    cdef bint ascii
    cdef Span each
    cdef list names
    if named.queue.start is not NULL:
        row.queue = _number_of_span(&named.queue)
    if named.agent.start is not NULL:
        row.agent = _number_of_span(&named.agent)
    if named.team.start is not NULL:
        row.team = _number_of_span(&named.team)
    if kind == AGENT_STATE:
        row.agent = _number_of_span(&row.subject)
    if named.queues.start is not NULL:
        names = []
        at, end = named.queues.start, named.queues.start + named.queues.length
        while at < end:
            if at[0] != b'"':
                at += 1
                continue
            each.length = 0
            at = _string(at + 1, end, &each, &ascii)
            names.append(text_of(&each))
        told = tuple(names)
        kept.append(told)
        row.queues = <PyObject*>told
    return 0


cdef inline long long _whole(const Span* digits) noexcept:
    cdef const char* at = digits.start
    cdef const char* end = at + digits.length
    cdef bint negative = at[0] == b"-"
    cdef long long number = 0
    if negative:
        at += 1
    while at < end:
        number = number * 10 + (at[0] - 48)
        at += 1
    return -number if negative else number


# --- times ------------------------------------------------------------------------------------

cdef long long NO_TIME = UNREADABLE
cdef enum:
    MINUTE_BYTES = 17
    SECOND_US = 1_000_000
# The minute that was read last: events come in bursts of the same one.
cdef char _minute[MINUTE_BYTES]
cdef long long _minute_starts = UNREADABLE


cdef long long _time_of(const Span* text) except? -1:
    """The instant of `2026-03-02T14:00:00.000Z`, with any fraction or none; `NO_TIME` for all
    that is written otherwise."""
    global _minute_starts
    cdef const char* at = text.start + MINUTE_BYTES
    cdef const char* end = text.start + text.length - 1
    cdef long long micros, unit = SECOND_US
    if text.length < MINUTE_BYTES + 3 or end[0] != b"Z":
        return NO_TIME
    if _minute_starts == NO_TIME or memcmp(_minute, text.start, MINUTE_BYTES):
        _minute_starts = NO_TIME
        try:
            _minute_starts = minute_us(text.start[:MINUTE_BYTES].decode("ascii"))
        except ValueError:
            return NO_TIME
        memcpy(_minute, text.start, MINUTE_BYTES)
    if not (b"0" <= at[0] <= b"5" and b"0" <= at[1] <= b"9"):
        return NO_TIME
    micros = _minute_starts + ((at[0] - 48) * 10 + at[1] - 48) * SECOND_US
    at += 2
    if at == end:
        return micros
    if at[0] != b"." or at + 1 == end:
        return NO_TIME
    at += 1
    while at < end:
        if not b"0" <= at[0] <= b"9":
            return NO_TIME
        # Digits past the sixth are cut off.
        unit //= 10
        micros += (at[0] - 48) * unit
        at += 1
    return micros


# --- names ------------------------------------------------------------------------------------
# Queues, agents and teams by number, from 1 as they are met; a table of open addressing.

cdef struct Name:
    uint64_t hash
    # In the UTF-8 that Python keeps of the text.
    Span text


cdef enum:
    # A process keeps at most so many names, some 30 MB of them; whatever else is named after that
    # is told as one, which has the first number.
    NAMES_MAX = 250_000
    OTHERS_NUMBER = 1

OTHERS = "(others)"
cdef long long _refused = 0
cdef uint32_t* _slots = NULL
cdef uint32_t _slot_mask = 0
cdef Name* _known = NULL
cdef list _names = [None]


cdef uint32_t _number_of_span(const Span* span) except? 0:
    """The number of a name; the same for all rows and floors of this process."""
    global _refused
    cdef uint64_t hash_ = hash_of(span)
    cdef uint32_t slot, number
    cdef Name* name
    if 2 * <uint32_t>len(_names) > _slot_mask:
        _make_room()
    slot = <uint32_t>hash_ & _slot_mask
    while _slots[slot]:
        name = &_known[_slots[slot]]
        if (
            name.hash == hash_
            and name.text.length == span.length
            and not memcmp(name.text.start, span.start, span.length)
        ):
            return _slots[slot]
        slot = (slot + 1) & _slot_mask
    number = <uint32_t>len(_names)
    if number >= NAMES_MAX:
        _refused += 1
        return OTHERS_NUMBER
    text = text_of(span)
    _names.append(text)
    _known[number].hash = hash_
    _known[number].text.start = PyUnicode_AsUTF8AndSize(text, &_known[number].text.length)
    _slots[slot] = number
    return number


cdef int _make_room() except -1:
    """A table for four times as many names."""
    global _slots, _slot_mask, _known
    cdef uint32_t mask = max(1023, 4 * _slot_mask + 3)
    cdef uint32_t* slots = <uint32_t*>PyMem_Calloc(mask + 1, sizeof(uint32_t))
    cdef Name* known = <Name*>PyMem_Realloc(_known, (mask + 1) * sizeof(Name))
    cdef uint32_t number, slot
    if known is not NULL:
        _known = known
    if slots is NULL or known is NULL:
        PyMem_Free(slots)
        raise MemoryError
    for number in range(1, <uint32_t>len(_names)):
        slot = <uint32_t>known[number].hash & mask
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = number
    PyMem_Free(_slots)
    _slots, _slot_mask = slots, mask
    return 0


cdef uint32_t number_of(object name) except? 0:
    """The number of a name; `NOBODY` for None."""
    cdef Span span
    if name is None:
        return NOBODY
    span.start = PyUnicode_AsUTF8AndSize(name, &span.length)
    return _number_of_span(&span)


cdef str name_of(uint32_t number):
    """The name of a number; None for `NOBODY`."""
    return <str>_names[number]


cdef str text_of(const Span* span):
    return PyUnicode_DecodeUTF8(span.start, span.length, NULL)


# --- the contract as tables -------------------------------------------------------------------


def _rule_of(kind):
    """A field's rule, what it may hold at least and at most, and the values that are named."""
    metas = [each for each in getattr(kind, "__metadata__", ()) if isinstance(each, msgspec.Meta)]
    base = getattr(kind, "__origin__", kind)
    if kind == ev.Identifier:
        return IDENTIFIER, 0, 0, ()
    if get_origin(kind) is tuple and get_args(kind) == (ev.Identifier, ...):
        return IDENTIFIERS, 0, 0, ()
    if get_origin(kind) is Literal:
        return NAMED, 0, 0, get_args(kind)
    if base is str and not metas:
        return TEXT, 0, 0, ()
    if base is bool:
        return YES_NO, 0, 0, ()
    if base is int:
        low = max([meta.ge for meta in metas if meta.ge is not None], default=-(10**DIGITS_MAX))
        high = min([meta.le for meta in metas if meta.le is not None], default=10**DIGITS_MAX)
        return WHOLE, low, high, ()
    return BEYOND, 0, 0, ()


cdef void _learn(object struct) except *:
    """Add a type of event to the tables."""
    global _kind_count
    cdef Kind* kind = &_kinds[_kind_count]
    cdef Field* field
    data = next(info.type for info in msgspec.structs.fields(struct) if info.name == "data")
    kind.tag = _kept_span(struct.__struct_config__.tag, _kept)
    kind.fields = 0
    kind.required = 0
    kind.needs_score = data is ev.SurveyAnsweredData
    for info in msgspec.structs.fields(data):
        assert kind.fields < FIELDS_MAX
        field = &kind.field[kind.fields]
        kind.fields += 1
        field.name = _kept_span(info.name, _kept)
        field.required = info.required
        if field.required:
            kind.required |= <unsigned int>1 << (kind.fields - 1)
        wanted = info.type
        if isinstance(wanted, types.UnionType) or str(get_origin(wanted)) == "typing.Union":
            (wanted,) = [each for each in get_args(wanted) if each is not type(None)]
        rule, low, high, names = _rule_of(wanted)
        field.rule, field.low, field.high, field.names = rule, low, high, len(names)
        field.slot = _SLOTS.get(info.name, NOWHERE)
        # Channels and states are told by their places.
        for place, name in enumerate(names):
            assert place < VALUES_MAX
            field.name_bytes[<int>place] = _kept_span(name, _kept)
    _kind_count += 1


for _struct in EVENT_STRUCTS:
    _learn(_struct)

assert number_of(OTHERS) == OTHERS_NUMBER
# Those who take rows must have been compiled with the same ones.
ROW_BYTES = sizeof(Row)
_KIND_OF = {struct: place for place, struct in enumerate(EVENT_STRUCTS)}
cdef int AGENT_STATE = _KIND_OF[ev.AgentStateChanged]

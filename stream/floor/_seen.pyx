# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The memory of duplicates.py, compiled: the same two generations, the same forgetting.

A mark is subject, source and id, whole: that two hashes are alike is never taken for a copy.
"""

from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Realloc
from libc.stdint cimport uint16_t, uint64_t
from libc.string cimport memcmp, memcpy

from stream.contract._scan cimport Row, Span, hash_mark, text_of

from stream.contract._scan import ROW_BYTES
from stream.floor.duplicates import GENERATION as _GENERATION
from stream.floor.duplicates import REMEMBERED_US as _REMEMBERED_US
from stream.floor.duplicates import SEEN_MAX, SeenEvents

cdef extern from *:
    """
    #define prefetch(place) __builtin_prefetch(place)
    """
    void prefetch(const void* place) noexcept nogil

assert ROW_BYTES == sizeof(Row), "compiled with another scanner"
cdef Py_ssize_t GENERATION = _GENERATION
cdef long long REMEMBERED_US = _REMEMBERED_US

cdef enum:
    # Before each mark stand the lengths of its three texts.
    LENGTHS = 3
    LENGTHS_BYTES = 6
    SLOTS_MIN = 1024


cdef class Seen:
    """Marks of the events seen; see `duplicates.SeenEvents`."""

    def __init__(self, most=SEEN_MAX):
        self._half = most // 2

    def __dealloc__(self):
        _free(&self._young)
        _free(&self._old)

    cdef bint is_copy(self, const Row* row, long long newest) except -1:
        """Whether the event was seen before; if not, it is remembered. `newest` is the newest
        time up to and with this event."""
        cdef uint64_t hash_ = row.mark_hash
        cdef bint is_old_free
        if _find(&self._young, row, hash_) or _find(&self._old, row, hash_):
            return True
        if not self._young.count or row.micros > self._young_latest:
            self._young_latest = row.micros
        _add(&self._young, row, hash_)
        if self._young.count < min(GENERATION, self._half):
            return False
        is_old_free = not self._old.count or newest - self._old_latest > REMEMBERED_US
        if is_old_free or self._young.count >= self._half:
            self.cut_short += not is_old_free
            _free(&self._old)
            self._old, self._old_latest = self._young, self._young_latest
            self._young = _none()
        return False

    cdef void expect(self, const Row* row) noexcept:
        """Have the memory brought near that `is_copy` will soon look at."""
        if self._young.count:
            prefetch(&self._young.slots[row.mark_hash & self._young.mask])
        if self._old.count:
            prefetch(&self._old.slots[row.mark_hash & self._old.mask])

    def save(self):
        """What is remembered, as a checkpoint holds it."""
        return SeenEvents(
            young=_texts(&self._young),
            old=_texts(&self._old),
            young_latest=self._young_latest,
            old_latest=self._old_latest,
            cut_short=self.cut_short,
            most=2 * self._half,
        )

    def restore(self, saved):
        """Take over what was saved."""
        _free(&self._young)
        _free(&self._old)
        self._young_latest, self._old_latest = saved.young_latest, saved.old_latest
        self.cut_short, self._half = saved.cut_short, saved.most // 2
        _learn(&self._young, saved.young)
        _learn(&self._old, saved.old)


cdef Marks _none() noexcept:
    cdef Marks marks
    marks.slots, marks.texts = NULL, NULL
    marks.mask = marks.used = marks.room = 0
    marks.count = 0
    return marks


cdef void _free(Marks* marks) noexcept:
    PyMem_Free(marks.slots)
    PyMem_Free(marks.texts)
    marks[0] = _none()


cdef inline bint _find(const Marks* marks, const Row* row, uint64_t hash_) noexcept:
    cdef uint64_t slot
    if not marks.count:
        return False
    slot = hash_ & marks.mask
    while marks.slots[slot].place:
        if marks.slots[slot].hash == hash_ and _is_mark(
            marks.texts + marks.slots[slot].place - 1, row
        ):
            return True
        slot = (slot + 1) & marks.mask
    return False


cdef inline bint _is_mark(const char* text, const Row* row) noexcept:
    cdef uint16_t lengths[LENGTHS]
    memcpy(lengths, text, LENGTHS_BYTES)
    if (
        lengths[0] != row.subject.length
        or lengths[1] != row.source.length
        or lengths[2] != row.id.length
    ):
        return False
    text += LENGTHS_BYTES
    if memcmp(text, row.subject.start, row.subject.length):
        return False
    text += row.subject.length
    if memcmp(text, row.source.start, row.source.length):
        return False
    return not memcmp(text + row.source.length, row.id.start, row.id.length)


cdef int _add(Marks* marks, const Row* row, uint64_t hash_) except -1:
    cdef uint16_t lengths[LENGTHS]
    cdef uint64_t length = LENGTHS_BYTES, room
    cdef char* text
    lengths[0] = <uint16_t>row.subject.length
    lengths[1] = <uint16_t>row.source.length
    lengths[2] = <uint16_t>row.id.length
    length += lengths[0] + lengths[1] + lengths[2]
    if marks.used + length > marks.room:
        room = 2 * (marks.room + length)
        text = <char*>PyMem_Realloc(marks.texts, room)
        if text is NULL:
            raise MemoryError
        marks.texts, marks.room = text, room
    if 2 * <uint64_t>(marks.count + 1) > marks.mask:
        _widen(marks)
    _place(marks.slots, marks.mask, hash_, marks.used + 1)
    text = marks.texts + marks.used
    memcpy(text, lengths, LENGTHS_BYTES)
    text += LENGTHS_BYTES
    memcpy(text, row.subject.start, lengths[0])
    text += lengths[0]
    memcpy(text, row.source.start, lengths[1])
    memcpy(text + lengths[1], row.id.start, lengths[2])
    marks.used += length
    marks.count += 1
    return 0


cdef int _widen(Marks* marks) except -1:
    cdef uint64_t slot, mask = max(<uint64_t>SLOTS_MIN - 1, 2 * marks.mask + 1)
    cdef Slot* slots = <Slot*>PyMem_Calloc(mask + 1, sizeof(Slot))
    if slots is NULL:
        raise MemoryError
    if marks.slots is not NULL:
        for slot in range(marks.mask + 1):
            if marks.slots[slot].place:
                _place(slots, mask, marks.slots[slot].hash, marks.slots[slot].place)
    PyMem_Free(marks.slots)
    marks.slots, marks.mask = slots, mask
    return 0


cdef inline void _place(Slot* slots, uint64_t mask, uint64_t hash_, uint64_t place) noexcept:
    cdef uint64_t slot = hash_ & mask
    while slots[slot].place:
        slot = (slot + 1) & mask
    slots[slot].hash = hash_
    slots[slot].place = place


cdef set _texts(const Marks* marks):
    """The marks as `batch.marks_of` writes them."""
    cdef set told = set()
    cdef uint16_t lengths[LENGTHS]
    cdef Span span
    cdef uint64_t at = 0
    cdef list texts
    cdef int part
    while at < marks.used:
        memcpy(lengths, marks.texts + at, LENGTHS_BYTES)
        at += LENGTHS_BYTES
        texts = []
        for part in range(LENGTHS):
            span.start, span.length = marks.texts + at, lengths[part]
            texts.append(text_of(&span))
            at += lengths[part]
        subject, source, identifier = texts
        told.add(f"{chr(len(subject))}{chr(len(source))}{subject}{source}{identifier}")
    return told


cdef int _learn(Marks* marks, object texts) except -1:
    cdef Row row
    for text in texts:
        first, second = ord(text[0]), ord(text[1])
        subject = text[2 : 2 + first].encode()
        source = text[2 + first : 2 + first + second].encode()
        identifier = text[2 + first + second :].encode()
        row.subject.start, row.subject.length = subject, len(subject)
        row.source.start, row.source.length = source, len(source)
        row.id.start, row.id.length = identifier, len(identifier)
        hash_mark(&row)
        _add(marks, &row, row.mark_hash)
    return 0

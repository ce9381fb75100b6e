# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True
"""`owners.survey` and `owners.is_as_surveyed`, compiled: whose each line of a stretch is, and of
which time, without reading the lines of others."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memchr, memcmp

from stream.contract._scan cimport Rows, Span, _time_of, hash_of

from stream.contract.instants import UNREADABLE

cdef enum:
    # Where a line's time stands no further from its end than this, the next is read from there.
    NEAR_END = 128
    # No line with both keys and a time that can be read is shorter.
    LINE_MIN = 32

cdef long long NO_TIME = UNREADABLE

cdef inline uint32_t _owner(uint64_t subject_hash, uint32_t parts) noexcept:
    return <uint32_t>(subject_hash >> 16) % parts


def owner_of(bytes subject, uint32_t parts):
    """See `owners.owner_of`."""
    cdef Span span
    span.start, span.length = PyBytes_AS_STRING(subject), PyBytes_GET_SIZE(subject)
    return _owner(hash_of(&span), parts)


def survey(bytes stretch, uint32_t part, uint32_t parts):
    """See `owners.survey`."""
    cdef const char* start = PyBytes_AS_STRING(stretch)
    cdef const char* end = start + PyBytes_GET_SIZE(stretch)
    cdef const char* at = start
    cdef const char* line_end
    cdef Py_ssize_t room = (end - start) // LINE_MIN + 1, count = 0, own_count = 0, number = 0
    cdef long long* room_of_all = <long long*>PyMem_Malloc(3 * room * sizeof(long long))
    cdef long long* times = room_of_all
    cdef long long* starts = room_of_all + room
    cdef long long* own_times = room_of_all + 2 * room
    cdef list numbers = [], lines = [], odd = []
    cdef Span subject, text
    subject.start = text.start = NULL
    subject.length = text.length = 0
    cdef long long time
    cdef bint is_at_end = False
    if room_of_all is NULL:
        raise MemoryError
    try:
        while at < end:
            line_end = <const char*>memchr(at, b"\n", end - at)
            if line_end is NULL:
                line_end = end
            if not _is_blank(at, line_end):
                time = NO_TIME
                # One writer writes all of its lines alike.
                if _find_usual(at, line_end, &subject, &text):
                    time = _time_of(&text)
                elif is_at_end and _find_back(at, line_end, &subject, &text):
                    time = _time_of(&text)
                elif _find(at, line_end, &subject, &text):
                    is_at_end = line_end - text.start < NEAR_END
                    time = _time_of(&text)
                if time == NO_TIME:
                    odd.append((number, at - start))
                else:
                    times[count] = time
                    starts[count] = at - start
                    count += 1
                    if _owner(hash_of(&subject), parts) == part:
                        own_times[own_count] = time
                        own_count += 1
                        numbers.append(number)
                        lines.append(at[: line_end - at])
            number += 1
            at = line_end + 1
        return (
            number,
            numbers,
            lines,
            (<char*>own_times)[: own_count * sizeof(long long)],
            (<char*>times)[: count * sizeof(long long)],
            (<char*>starts)[: count * sizeof(long long)],
            odd,
        )
    finally:
        PyMem_Free(room_of_all)


cdef inline bint _is_blank(const char* at, const char* end) noexcept:
    while at < end and (at[0] == b" " or at[0] == b"\t" or at[0] == b"\r"):
        at += 1
    return at == end


cdef inline bint _find(
    const char* at, const char* end, Span* subject, Span* time
) except -1:
    """The strings behind the first `"subject"` and the first `"time"` of a line, if there are
    both and neither has an escape."""
    cdef bint has_subject = False, has_time = False
    while True:
        at = <const char*>memchr(at, b'"', end - at)
        if at is NULL:
            return False
        at += 1
        if end - at > 9:
            if not has_time and not memcmp(at, b'time"', 5):
                at = _string(at + 5, end, time)
                if at is NULL:
                    return False
                has_time = True
            elif not has_subject and not memcmp(at, b'subject"', 8):
                at = _string(at + 8, end, subject)
                if at is NULL:
                    return False
                has_subject = True
            else:
                continue
            if has_time and has_subject:
                return True


cdef inline bint _find_usual(
    const char* at, const char* end, Span* subject, Span* time
) noexcept:
    """The same where the line ends as those of this project do; `time` is the last line's before
    and this one's after."""
    cdef const char* quote = end - 2
    cdef const char* last = end - NEAR_END
    if end - at < NEAR_END or quote[0] != b'"' or quote[1] != b"}":
        return False
    subject.length = -1
    while True:
        quote -= 1
        subject.length += 1
        if quote == last or quote[0] == b"\\":
            return False
        if quote[0] == b'"':
            break
    subject.start = quote + 1
    quote -= 12
    if quote - time.length - 8 <= at or memcmp(quote, b'","subject":', 12):
        return False
    time.start = quote - time.length
    return not memcmp(time.start - 8, b'"time":"', 8)


cdef inline bint _find_back(
    const char* at, const char* end, Span* subject, Span* time
) noexcept:
    """The same behind the last of each, if both stand near the end of the line."""
    cdef bint has_subject = False, has_time = False
    cdef const char* place = end - 9
    cdef const char* last = end - NEAR_END
    while place > at and place > last:
        place -= 1
        if place[0] != b'"':
            continue
        if not has_time and not memcmp(place, b'"time"', 6):
            if _string(place + 6, end, time) is NULL:
                return False
            has_time = True
        elif not has_subject and not memcmp(place, b'"subject"', 9):
            if _string(place + 9, end, subject) is NULL:
                return False
            has_subject = True
        else:
            continue
        if has_time and has_subject:
            return True
    return False


cdef inline const char* _string(const char* at, const char* end, Span* span) noexcept:
    """The string behind a name, and the place behind it; NULL where there is none."""
    at = _blanks(at, end)
    if at == end or at[0] != b":":
        return NULL
    at = _blanks(at + 1, end)
    if at == end or at[0] != b'"':
        return NULL
    span.start = at + 1
    at = <const char*>memchr(span.start, b'"', end - span.start)
    if at is NULL:
        return NULL
    span.length = at - span.start
    if memchr(span.start, b"\\", span.length) is not NULL:
        return NULL
    return at + 1


cdef inline const char* _blanks(const char* at, const char* end) noexcept:
    while at < end and (at[0] == b" " or at[0] == b"\t" or at[0] == b"\r"):
        at += 1
    return at


def is_as_surveyed(Rows batch, bytes own_times, uint32_t part, uint32_t parts):
    """See `owners.is_as_surveyed`."""
    cdef const long long* times = <const long long*>PyBytes_AS_STRING(own_times)
    cdef Py_ssize_t index, place
    cdef object places = batch.places
    cdef bint are_all = isinstance(places, range)
    for index in range(batch.count):
        place = index if are_all else places[index]
        if batch.row[index].micros != times[place]:
            return False
        if _owner(hash_of(&batch.row[index].subject), parts) != part:
            return False
    return True

"""SEARCH, SORT, THREAD and what they are extended by."""
from .session import Refused
from .wire import ProtocolError, as_set, numbers

CRITERIA = ["ALL", "UNSEEN", "DELETED", "FLAGGED", "KEYWORD bit0", "UNKEYWORD bit1", "SUBJECT post", "FROM msg", "BODY envelope", "TEXT parcel",
            "SINCE 1-Nov-2026", "SENTBEFORE 20-Nov-2026", "LARGER 1000", "OR SEEN (SMALLER 2000 NOT DELETED)", "UID 1:100", "YOUNGER 60",
            "MODSEQ 1", "SAVEDSINCE 1-Nov-2026", "FUZZY SUBJECT latter", "HEADER X-LOAD msg", "EMAILID M0", "NOT KEYWORD bit2"]
SORTS = ["(DATE)", "(REVERSE ARRIVAL)", "(SUBJECT)", "(FROM SIZE)", "(REVERSE SIZE)", "(DISPLAYFROM)", "(TO CC DATE)"]


class SearchActions:
    def found(self, reply, is_uid):
        """The result as a list, whichever response carries it; None if ALL was not asked for."""
        if reply.all("SEARCH"):
            values = [value for value in reply.one("SEARCH") if not isinstance(value, list)]
            return [int(value) for value in values]
        answers = [(told_uid, found) for tag, told_uid, found, _ in reply.all("ESEARCH")
                   if tag == reply.tag and not {"ADDTO", "REMOVEFROM"} & set(found)]
        if len(answers) != 1:
            raise ProtocolError(f"{len(answers)} answers to {reply.name}")
        told_uid, found = answers[0]
        if found and told_uid != is_uid:
            raise ProtocolError(f"ESEARCH {'with' if told_uid else 'without'} UID")
        return numbers(found["ALL"]) if "ALL" in found else []

    def check_found(self, reply, found, is_uid):
        """Nothing twice, nothing that was not announced."""
        view = self.session.view
        if len(found) != len(set(found)):
            raise ProtocolError(f"twice in a result: {found}")
        if not is_uid:
            if any(not 1 <= number <= len(view) for number in found):
                raise ProtocolError(f"{found} of {len(view)} messages")
            return
        strange = set(found) - set(view.uids) - set(reply.all("GONE"))
        if len(strange) > view.uids.count(None) + reply.all("GONE").count(None):
            raise ProtocolError(f"results {strange} were not announced")

    def way(self):
        """Whether with UID."""
        view, session = self.session.view, self.session
        session.spontaneous()
        return not (view.by_number and session.notifying != "selected") or self.dice.random() < 0.5

    def search(self):
        is_uid = self.way()
        criteria = self.dice.choice(CRITERIA) if self.dice.random() < 0.5 else f"KEYWORD {self.keyword}"
        if "MODSEQ" in criteria:
            self.session.condstore = True
        options = self.dice.choice(("", "", "RETURN (ALL) ", "RETURN (MIN MAX COUNT ALL) ", "RETURN (COUNT) ", "RETURN (PARTIAL 1:10 COUNT) ",
                                    "RETURN (PARTIAL -1:-5 MIN) ", "RETURN () "))
        reply = self.session.run(("UID " if is_uid else "") + "SEARCH", options + criteria)
        if not options and ("IMAP4rev2" in self.session.modes) == bool(reply.all("SEARCH")):
            raise ProtocolError("SEARCH and ESEARCH mixed up")
        found = self.found(reply, is_uid)
        self.check_found(reply, found, is_uid)
        if "MIN MAX" in options:
            self.check_sums(reply, found)
        if criteria == f"KEYWORD {self.keyword}" and options in ("", "RETURN (ALL) ", "RETURN () ", "RETURN (MIN MAX COUNT ALL) "):
            self.check_own(reply, found if is_uid else [self.session.view.uids[number - 1] for number in found])

    @staticmethod
    def check_sums(reply, found):
        data = next(data for tag, _, data, _ in reply.all("ESEARCH") if tag == reply.tag and "COUNT" in data)
        if int(data["COUNT"]) != len(found) or (found and (int(data["MIN"]), int(data["MAX"])) != (min(found), max(found))):
            raise ProtocolError(f"{data} does not fit itself")

    def check_own(self, reply, found):
        """Our keyword is where we put it, and nowhere else."""
        view, gone = self.session.view, set(reply.all("GONE"))
        for uid in view.known():
            known = self.own.get((view.box, uid))
            if known is False and uid in found:
                raise ProtocolError(f"lost update: {self.keyword} of UID {uid} was cleared by us and is found")
            if known and uid not in found and uid not in view.box.doomed and uid not in gone:
                raise ProtocolError(f"lost update: {self.keyword} of UID {uid} was set by us and is not found")

    def search_saved(self):
        """$ in the same breath (RFC 5182)."""
        view = self.session.view
        first = "1:5" if view.by_number and self.session.notifying != "selected" else "UID 1:50"
        what = self.dice.choice((f"KEYWORD {self.keyword}", first, "FLAGGED"))
        replies = self.session.run_all([("UID SEARCH", [f"RETURN (SAVE COUNT) {what}"]), ("UID FETCH", ["$ (UID FLAGS)"]),
                                        ("UID SEARCH", ["RETURN (ALL) $"])], allow=("EXPUNGEISSUED",))
        self.check_found(replies[2], self.found(replies[2], True), True)

    def sort(self):
        is_uid = self.way()
        options = self.dice.choice(("", "", "RETURN (ALL COUNT) ", "RETURN (PARTIAL 1:20) "))
        criteria = self.dice.choice(("ALL", "UNSEEN", "NOT DELETED"))
        reply = self.session.run(("UID " if is_uid else "") + "SORT", f"{options}{self.dice.choice(SORTS)} UTF-8 {criteria}")
        if options:
            found = self.found(reply, is_uid)
        else:
            found = [int(value) for value in reply.one("SORT") if not isinstance(value, list)]
        self.check_found(reply, found, is_uid)

    def thread(self):
        is_uid = self.way()
        reply = self.session.run(("UID " if is_uid else "") + "THREAD", f"{self.dice.choice(('REFERENCES', 'ORDEREDSUBJECT'))} UTF-8 ALL")
        found, stack = [], list(reply.one("THREAD"))
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack += value
            else:
                found.append(int(value))
        self.check_found(reply, found, is_uid)
        if not is_uid and len(found) > len(self.session.view):
            raise ProtocolError("THREAD of more than there is")

    def keep_informed(self):
        """A search whose result the server keeps up to date (RFC 5267)."""
        session = self.session
        if session.contexts and self.dice.random() < 0.7:
            self.check_context(*self.dice.choice(list(session.criteria_of.items())))
            return
        if len(session.contexts) >= 3:
            tag = self.dice.choice(list(session.contexts))
            session.run("CANCELUPDATE", f'"{tag}"')
            del session.contexts[tag], session.criteria_of[tag]
            return
        criteria = self.dice.choice(("ALL", "UNSEEN", "KEYWORD bit0", f"KEYWORD {self.keyword}", "NOT DELETED", "OR FLAGGED KEYWORD bit1"))
        sorting = self.dice.random() < 0.3
        reply = session.informed("UID SORT" if sorting else "UID SEARCH", f"RETURN (ALL UPDATE) {'(DATE) UTF-8 ' if sorting else ''}{criteria}")
        session.criteria_of[reply.tag] = criteria

    def check_context(self, tag, criteria):
        session = self.session
        for _ in range(6):
            reply = session.run("UID SEARCH", f"RETURN (ALL) {criteria}")
            if tag not in session.contexts:
                return
            found = set(self.found(reply, True)) - set(reply.all("GONE"))
            updates = [data for told, _, data, _ in reply.all("ESEARCH") if told == tag]
            if found == session.contexts[tag]:
                return
            if not updates and not reply.got[1:]:
                raise ProtocolError(f"{criteria}: kept informed of {as_set(session.contexts[tag])}, a new search finds {as_set(found)}")
        self.refusals["a context never settled"] = self.refusals.get("a context never settled", 0) + 1

    def everywhere(self):
        """Our keyword in all mailboxes at once (RFC 7377)."""
        reply = self.session.run("ESEARCH", f"IN (personal) RETURN (ALL COUNT) KEYWORD {self.keyword}")
        boxes = {box.path(self.login): box for box in self.boxes}
        for tag, is_uid, data, where in reply.all("ESEARCH"):
            if tag != reply.tag or where is None:
                continue
            found = numbers(data["ALL"])
            if not is_uid or len(found) != int(data["COUNT"]):
                raise ProtocolError(f"ESEARCH {data}")
            box = boxes.get(self.session.name(where))
            for uid in found:
                if box and self.own.get((box, uid)) is False:
                    raise ProtocolError(f"lost update: {self.keyword} of UID {uid} in {box.name} was cleared by us and is found")

    def batches(self):
        session, view = self.session, self.session.view
        reply = session.run("UIDBATCHES", "500")
        values = reply.one("UIDBATCHES")
        if not isinstance(values[0], list) or values[0][1].decode() != reply.tag:
            raise ProtocolError(f"UIDBATCHES {values}")
        if len(values) > 1:
            low, high = (int(part) for part in values[1].split(":"))
            if not all(min(low, high) <= uid <= max(low, high) for uid in view.known()):
                raise ProtocolError(f"UIDBATCHES {values} does not cover the mailbox")
        elif view.known():
            raise ProtocolError("UIDBATCHES of nothing")

    def filters(self):
        session = self.session
        if not session.notifying:
            name = f"load{self.number}"
            session.run("SETMETADATA", f'"" (/private/filters/values/{name} "KEYWORD {self.keyword}")')
            reply = session.run("UID SEARCH", f"RETURN (ALL) FILTER {name}")
            found = self.found(reply, True)
            self.check_found(reply, found, True)
            self.check_own(reply, found)

    def authorised_url(self):
        """A URL for a message, used at once (RFC 4467)."""
        box = self.session.view.box
        if box.owner != self.login or not (uids := self.pick(1)):
            return
        tokens = self.tokens_of(uids)
        if not tokens or not (token := tokens[uids[0]]).startswith("msg"):
            return
        rump = f"imap://{self.login}@localhost/{box.name}/;UID={uids[0]};URLAUTH=user+{self.login}"
        url = self.session.run("GENURLAUTH", f'"{rump}" INTERNAL', allow=("BADURL", None)).one("GENURLAUTH")[0]
        url = url.decode() if isinstance(url, bytes) else str(url)
        values = self.session.run("URLFETCH", f'"{url}"').one("URLFETCH")
        if values[1] is None:
            self.rarely(box, uids)
        else:
            self.ledger.check_content(token, values[1])

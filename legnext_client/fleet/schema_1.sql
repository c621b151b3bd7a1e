-- The fleet's tables and functions; Procrastinate's schema is applied before them. A later version is a file of its own
-- that keeps these functions, because workers of both versions run beside each other during a rollout.
-- Locks are always taken in this order: the account, then the request. Results are numbered under the account's lock,
-- so that a reader who has seen number n has seen all before it.
-- Little is indexed, and no state: most updates of a request then touch no index, which halves what is logged of it.

CREATE TABLE legnext_fleet (
    version int NOT NULL, server text NOT NULL); -- on which the ledger was last known to be complete

CREATE TABLE legnext_accounts (
    name text PRIMARY KEY,
    identity text, -- a fingerprint of its API key, and its base URL
    places int NOT NULL, per_second float8 NOT NULL DEFAULT 10, budget float8 NOT NULL DEFAULT 'infinity',
    download text NOT NULL DEFAULT '', job_timeout float8,
    jobs float8 NOT NULL, -- places in use after 429s; at most `places`
    next_at timestamptz NOT NULL DEFAULT now(), -- of the next submission
    counted bigint NOT NULL DEFAULT 0, -- points spent, held, or perhaps charged
    cursor bigint NOT NULL DEFAULT 0, -- the last row admitted
    rows bigint NOT NULL DEFAULT 0, started bigint NOT NULL DEFAULT 0, ended bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0, draining boolean NOT NULL DEFAULT false, problem text);

CREATE TABLE legnext_workers (
    id bigint PRIMARY KEY REFERENCES procrastinate_workers ON DELETE CASCADE, account text NOT NULL);

CREATE TABLE legnext_rows ( -- immutable
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL REFERENCES legnext_accounts,
    key text NOT NULL, digest text NOT NULL, description json NOT NULL,
    steps jsonb NOT NULL, -- for each: operation, price, usual seconds, seconds after which its job must have ended
    UNIQUE (account, key));
CREATE INDEX legnext_rows_order ON legnext_rows (account, id);

CREATE TABLE legnext_requests ( -- the ledger: a line for each paid request
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL,
    row_id bigint NOT NULL, step int NOT NULL DEFAULT 0,
    attempt int NOT NULL DEFAULT 0, -- counts how often a person had it resubmitted
    state text NOT NULL CHECK (state IN ('new', 'admitted', 'submitting', 'submitted', 'unknown', 'done', 'failed')),
    turn int NOT NULL DEFAULT 0, -- fences: a task acts only on the turn that it was made for
    owner text, -- the attempt that may send, or has sent
    price int NOT NULL, points int, -- NULL until it has ended
    job_id text,
    due timestamptz NOT NULL DEFAULT now(), -- when it goes on, or has ended
    submitting_at timestamptz,
    until timestamptz, -- the job must have ended; its place is free
    error text, output text, -- JSON as the service sent it, which PostgreSQL may not accept as such
    number bigint, files jsonb, -- of the row's result, if this is its last request
    UNIQUE (row_id, step)) WITH (fillfactor = 75);
CREATE UNIQUE INDEX legnext_requests_job ON legnext_requests (job_id) WHERE job_id IS NOT NULL;
CREATE UNIQUE INDEX legnext_requests_results ON legnext_requests (account, number) WHERE number IS NOT NULL;
CREATE INDEX legnext_requests_open ON legnext_requests (account) WHERE points IS NULL;

CREATE FUNCTION legnext_server_v1() RETURNS text LANGUAGE sql AS $$
    SELECT system_identifier || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8) -- the timeline
    FROM pg_control_system();
$$;
INSERT INTO legnext_fleet VALUES (1, legnext_server_v1());

-- Return why this account, key or database must not be used, or NULL. The first worker ties its account to its key.
CREATE FUNCTION legnext_check_v1(_account text, _identity text, _version int, _restored boolean) RETURNS text
LANGUAGE sql AS $$
    UPDATE legnext_accounts SET identity = _identity WHERE name = _account AND identity IS NULL AND _identity <> '';
    SELECT CASE
        WHEN version < _version THEN format(
            'the fleet''s schema is version %s; this worker needs %s. Run `legnext fleet up`.', version, _version)
        WHEN name IS NULL THEN
            format('there is no account %L. Run `legnext fleet up --account NAME` first.', _account)
        WHEN identity <> _identity THEN format(
            'account %L belongs to another API key or base URL: its fingerprint is %s; this one''s is %s. Use the key '
            'of that account, or another --account. If its key was replaced, run `legnext fleet up --new-key`.',
            name, identity, _identity)
        WHEN server <> legnext_server_v1() AND NOT _restored THEN
            'this database was restored, copied or failed over since the fleet last ran: requests may have been paid '
            'that its ledger does not show. Stop all workers, compare the ledger with the service, then run `legnext '
            'fleet up --accept-restored`.' END
    FROM legnext_fleet LEFT JOIN legnext_accounts ON name = _account;
$$;

CREATE FUNCTION legnext_defer_v1(_account text, _task text, _args jsonb, _at timestamptz) RETURNS void
LANGUAGE sql AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('legnext-' || _account, 'legnext.' || _task, 0, NULL, NULL, _args,
        CASE WHEN _at > now() THEN _at END)::procrastinate_job_to_defer_v1]);
$$;

-- Begin what the account's places, rate and budget allow: requests that wait for another attempt, then rows.
CREATE FUNCTION legnext_admit_v1(_account text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; q legnext_requests; free int;
BEGIN
    SELECT * INTO a FROM legnext_accounts WHERE name = _account FOR UPDATE;
    IF NOT FOUND OR a.draining THEN RETURN; END IF;
    SELECT least(a.places, greatest(floor(a.jobs)::int, 1 + count(*) FILTER (WHERE state = 'unknown'))) - count(*)
        INTO free FROM legnext_requests
        WHERE account = _account AND points IS NULL AND state IN ('admitted', 'submitting', 'submitted', 'unknown')
            AND (state IN ('admitted', 'submitting') OR until > now());
    a.next_at := greatest(a.next_at, now());
    WHILE free > 0 AND a.next_at < now() + interval '1 second' LOOP
        SELECT * INTO q FROM legnext_requests
            WHERE account = _account AND points IS NULL AND state = 'new' AND due <= now() ORDER BY id LIMIT 1;
        IF NOT FOUND THEN
            SELECT id, (steps -> 0 ->> 'price')::int INTO q.row_id, q.price FROM legnext_rows
                WHERE account = _account AND id > a.cursor ORDER BY id LIMIT 1;
        END IF;
        EXIT WHEN q.row_id IS NULL OR a.counted + q.price > a.budget;
        IF q.id IS NULL THEN
            INSERT INTO legnext_requests (account, row_id, state, price)
                VALUES (_account, q.row_id, 'admitted', q.price) RETURNING * INTO q;
        ELSE
            UPDATE legnext_requests SET state = 'admitted', turn = turn + 1 WHERE id = q.id RETURNING * INTO q;
        END IF;
        PERFORM legnext_defer_v1(_account, 'submit', jsonb_build_object('request', q.id, 'turn', q.turn), a.next_at);
        UPDATE legnext_accounts SET next_at = a.next_at + interval '1 second' / per_second, counted = counted + q.price,
                cursor = greatest(cursor, q.row_id), started = started + (q.turn = 0)::int
            WHERE name = _account RETURNING * INTO a;
        free := free - 1;
    END LOOP;
END $$;

-- Add rows, and return how many are new. One whose key has another request is returned; then add nothing.
CREATE FUNCTION legnext_add_v1(_account text, _rows json, OUT added bigint, OUT changed text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM legnext_accounts WHERE name = _account FOR UPDATE; -- the cursor passes no id that is not visible yet
    SELECT r.key INTO changed FROM json_to_recordset(_rows) AS given (key text, digest text) JOIN legnext_rows r
        ON account = _account AND r.key = given.key AND r.digest <> given.digest LIMIT 1;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO legnext_rows (account, key, digest, description, steps)
        SELECT _account, * FROM json_to_recordset(_rows) AS given (key text, digest text, description json, steps jsonb)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE legnext_accounts SET rows = rows + added WHERE name = _account;
    PERFORM legnext_admit_v1(_account);
END $$;

-- Return what a task has to know of a request, with the outputs of the finished jobs of its row.
CREATE FUNCTION legnext_load_v1(_request bigint) RETURNS json LANGUAGE sql AS $$
    SELECT json_build_object('row', description, 'key', key, 'step', step, 'attempt', attempt, 'target', download,
        'done', (SELECT coalesce(json_agg(output ORDER BY step), '[]')
            FROM legnext_requests WHERE row_id = r.id AND state = 'done'))
    FROM legnext_requests q JOIN legnext_rows r ON r.id = row_id JOIN legnext_accounts ON name = q.account
    WHERE q.id = _request;
$$;

-- Record the intent before the POST. The caller may send it if something is returned. Another attempt that is found
-- becomes unknown.
CREATE FUNCTION legnext_begin_v1(_request bigint, _turn int, _owner text) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
    UPDATE legnext_requests q SET state = 'submitting', turn = q.turn + 1, owner = _owner, submitting_at = now(),
            until = now() + interval '1 second' * coalesce(job_timeout, (steps -> step ->> 'lasts')::float8)
        FROM legnext_rows r JOIN legnext_accounts ON name = account
        WHERE q.id = _request AND q.row_id = r.id AND q.state = 'admitted' AND q.turn = _turn;
    -- Its own intent is found here again if the connection was lost just after it was committed.
    PERFORM FROM legnext_requests WHERE id = _request AND state = 'submitting' AND turn = _turn + 1 AND owner = _owner;
    IF FOUND THEN RETURN legnext_load_v1(_request); END IF;
    UPDATE legnext_requests SET state = 'unknown', turn = turn + 1, error = 'its worker stopped before the response'
        WHERE id = _request AND state = 'submitting' AND turn = _turn + 1;
    RETURN NULL;
END $$;

-- Record what became of a request, and do what follows from that. Its sender (`_owner`) says what was answered:
-- `submitted`, `new` (provably not accepted; `_full`: the account has no place), `failed` or `unknown`. Later, the task
-- of this turn says how the job does, and then which files it downloaded (NULL: none yet). A person, who has neither,
-- settles an unknown request: `submitted` as a job, `failed`, or `new` to resubmit it. False: it was recorded otherwise
-- before.
CREATE FUNCTION legnext_record_v1(_request bigint, _state text, _turn int DEFAULT NULL, _owner text DEFAULT NULL,
    _job text DEFAULT NULL, _points int DEFAULT 0, _error text DEFAULT NULL, _output text DEFAULT NULL,
    _files jsonb DEFAULT NULL, _args jsonb DEFAULT '{}', _delay float8 DEFAULT 0, _full boolean DEFAULT false)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; q legnext_requests; r legnext_rows; before int; all_done boolean; last boolean;
    accepted boolean := _state = 'submitted' AND _owner <> ''; at timestamptz := now() + interval '1 second' * _delay;
BEGIN
    SELECT * INTO q FROM legnext_requests WHERE id = _request;
    SELECT * INTO a FROM legnext_accounts WHERE name = q.account AND (
        _state <> 'submitted' OR _points > q.price OR (accepted AND (jobs < places OR problem <> ''))) FOR UPDATE;
    SELECT * INTO r FROM legnext_rows WHERE id = q.row_id;
    before := coalesce(q.points, q.price); -- as counted so far
    all_done := _state = 'done' AND q.step + 1 = jsonb_array_length(r.steps);
    last := _state = 'failed' OR (all_done AND (_files IS NOT NULL OR a.download = ''));
    UPDATE legnext_requests SET state = _state, turn = turn + 1, job_id = _job, error = _error, due = at,
            output = coalesce(_output, output), files = _files, number = CASE WHEN last THEN a.ended + 1 END,
            price = CASE _state WHEN 'submitted' THEN greatest(price, _points) ELSE price END,
            points = CASE WHEN _state IN ('done', 'failed') THEN coalesce(points, _points) END,
            attempt = attempt + (_state = 'new' AND _owner IS NULL)::int
        WHERE id = _request AND ((owner = _owner AND state IN ('submitting', 'unknown') AND job_id IS NULL)
            OR (turn = _turn AND state IN ('submitted', 'done'))
            OR (num_nulls(_turn, _owner) = 2 AND state = 'unknown' AND (_state <> 'new' OR until < now())))
        RETURNING * INTO q;
    IF NOT FOUND THEN RETURN EXISTS (SELECT FROM legnext_requests WHERE id = _request AND job_id = _job); END IF;
    UPDATE legnext_accounts SET ended = ended + last::int, failed = failed + (_state = 'failed')::int,
            counted = counted - before + CASE WHEN _state <> 'new' THEN coalesce(q.points, q.price) ELSE 0 END,
            jobs = CASE WHEN accepted THEN least(places, jobs + 1 / jobs)
                WHEN _full AND next_at <= now() + interval '1 second' THEN greatest(1, jobs / 2) -- once for all
                ELSE jobs END,
            next_at = CASE _state WHEN 'new' THEN greatest(next_at, at) ELSE next_at END,
            problem = CASE WHEN _state = 'submitted' AND q.price > before THEN format(
                    'the service holds %s points for job %s; %s were estimated', q.price, _job, before)
                WHEN _state = 'new' OR accepted THEN _error ELSE problem END
        WHERE name = a.name; -- NULL if nothing of it changes
    _args := _args || jsonb_build_object('request', q.id, 'turn', q.turn, 'job', _job);
    IF _state = 'submitted' THEN
        PERFORM legnext_defer_v1(q.account, 'poll', _args || jsonb_build_object(
            'age', extract(epoch FROM at - q.submitting_at), 'call', r.steps -> q.step), at);
    ELSIF all_done AND NOT last THEN
        PERFORM legnext_defer_v1(q.account, 'download', _args, at);
    ELSIF _state = 'done' AND NOT last THEN
        INSERT INTO legnext_requests (account, row_id, step, state, price)
            VALUES (q.account, r.id, q.step + 1, 'new', (r.steps -> q.step + 1 ->> 'price')::int);
    END IF;
    IF _state IN ('done', 'failed') THEN PERFORM legnext_admit_v1(q.account); END IF;
    RETURN true;
END $$;

-- Poll a job because its callback came, unless it is polled within two seconds anyway. A callback to the address of one
-- submission also names its job if the response was lost.
CREATE FUNCTION legnext_called_v1(_account text, _token text, _job text) RETURNS boolean LANGUAGE sql AS $$
    SELECT legnext_record_v1(id, 'submitted', CASE state WHEN 'submitted' THEN turn END, _job => coalesce(job_id, _job),
            _args => jsonb_build_object('guess', job_id IS NULL))
        FROM legnext_requests WHERE account = _account AND points IS NULL AND split_part(owner, '/', 3) = _token
            AND (state = 'unknown' OR (state = 'submitted' AND due > now() + interval '2 seconds'));
$$;

-- Keep house for a worker: count it as one of its account, return tasks to the queue whose worker has no heartbeat, or
-- that failed by a defect (each time later), and begin what only time allows.
CREATE FUNCTION legnext_tend_v1(_account text, _worker bigint, _silent float8) RETURNS void LANGUAGE sql AS $$
    INSERT INTO legnext_workers SELECT id, _account FROM procrastinate_workers WHERE id = _worker FOR KEY SHARE
        ON CONFLICT DO NOTHING;
    UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, abort_requested = false,
            scheduled_at = now() + interval '1 second' * (2 ^ least(attempts, 5) - 1)
        WHERE queue_name = 'legnext-' || _account AND (status IN ('failed', 'aborted') OR (
            status = 'doing' AND NOT EXISTS (SELECT FROM procrastinate_workers
                WHERE id = worker_id AND last_heartbeat > now() - interval '1 second' * _silent)));
    SELECT legnext_admit_v1(_account);
$$;

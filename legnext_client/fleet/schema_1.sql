-- The fleet's tables and functions; Procrastinate's schema is applied before them. A later version is a file of its own
-- that keeps these functions, because workers of both versions run beside each other during a rollout.
-- Locks are always taken in this order: the account, then the request. Results are numbered under the account's lock,
-- so that a reader who has seen number n has seen all before it.
-- Little is indexed, and no state: most updates of a request then touch no index, which halves what is logged of it.

CREATE TABLE legnext_fleet (
    version int NOT NULL,
    cluster text NOT NULL, timeline int NOT NULL); -- the server on which the ledger was last known to be complete

CREATE TABLE legnext_accounts (
    name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9_-]{1,32}$'),
    identity text, -- a fingerprint of its API key, and its base URL
    places int NOT NULL, per_second float8 NOT NULL, budget bigint, download text, job_timeout float8,
    jobs float8 NOT NULL, -- places in use after 429s; at most `places`
    next_at timestamptz NOT NULL DEFAULT now(), -- of the next submission
    counted bigint NOT NULL DEFAULT 0, -- points spent, held, or perhaps charged
    cursor bigint NOT NULL DEFAULT 0, -- the last row admitted
    rows bigint NOT NULL DEFAULT 0, started bigint NOT NULL DEFAULT 0, ended bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0, draining boolean NOT NULL DEFAULT false, problem text);

CREATE TABLE legnext_rows ( -- immutable
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL REFERENCES legnext_accounts,
    key text NOT NULL, digest text NOT NULL, description json NOT NULL,
    steps jsonb NOT NULL, -- for each: operation, price, usual seconds, seconds after which its job must have ended
    UNIQUE (account, key));
CREATE INDEX legnext_rows_order ON legnext_rows (account, id);

CREATE TABLE legnext_requests ( -- the ledger: a line for each paid request
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL,
    row_id bigint NOT NULL, step int NOT NULL DEFAULT 0, attempt int NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('new', 'admitted', 'submitting', 'submitted', 'unknown', 'done', 'failed',
        'resubmitted')),
    turn int NOT NULL DEFAULT 0, -- fences: a task acts only on the turn that it was made for
    owner text, -- the attempt that may send, or has sent
    price int NOT NULL, points int, -- NULL until it has ended
    job_id text,
    due timestamptz NOT NULL DEFAULT now(), submitting_at timestamptz,
    until timestamptz, -- the job must have ended; its place is free
    error text, output text, -- JSON as the service sent it, which PostgreSQL may not accept as such
    UNIQUE (row_id, step, attempt)) WITH (fillfactor = 75);
CREATE UNIQUE INDEX legnext_requests_job ON legnext_requests (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX legnext_requests_open ON legnext_requests (account) WHERE points IS NULL;

CREATE TABLE legnext_results ( -- by order of completion
    account text NOT NULL, number bigint NOT NULL, row_id bigint NOT NULL UNIQUE,
    state text NOT NULL, error text, files jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, number));

CREATE FUNCTION legnext_server_v1(OUT c text, OUT t int) LANGUAGE sql AS $$
    SELECT system_identifier::text, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
    FROM pg_control_system();
$$;
INSERT INTO legnext_fleet SELECT 1, c, t FROM legnext_server_v1();

-- Return what a worker has to know before it works: NULL for what is missing. The first worker ties its account to a key.
CREATE FUNCTION legnext_check_v1(_account text, _identity text) RETURNS jsonb LANGUAGE sql AS $$
    UPDATE legnext_accounts SET identity = _identity WHERE name = _account AND identity IS NULL AND _identity <> '';
    SELECT jsonb_build_object('version', version, 'account', name, 'identity', identity,
        'now', extract(epoch FROM clock_timestamp()), 'moved', (cluster, timeline) <> (s.c, s.t))
    FROM legnext_server_v1() s, legnext_fleet LEFT JOIN legnext_accounts ON name = _account;
$$;

CREATE FUNCTION legnext_defer_v1(_account text, _task text, _args jsonb, _at timestamptz) RETURNS void
LANGUAGE sql AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('legnext-' || _account, 'legnext.' || _task, 0, NULL, NULL, _args,
        CASE WHEN _at > now() THEN _at END)::procrastinate_job_to_defer_v1]);
$$;

-- Begin what the account's places, rate and budget allow: requests that wait for another attempt, then rows.
CREATE FUNCTION legnext_admit_v1(_account text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; r legnext_rows; q legnext_requests; free int;
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
        IF FOUND THEN
            EXIT WHEN a.counted + q.price > a.budget;
            UPDATE legnext_requests SET state = 'admitted', turn = turn + 1 WHERE id = q.id RETURNING * INTO q;
        ELSE
            SELECT * INTO r FROM legnext_rows WHERE account = _account AND id > a.cursor ORDER BY id LIMIT 1;
            EXIT WHEN NOT FOUND OR a.counted + (r.steps -> 0 ->> 'price')::int > a.budget;
            INSERT INTO legnext_requests (account, row_id, state, price)
                VALUES (_account, r.id, 'admitted', (r.steps -> 0 ->> 'price')::int) RETURNING * INTO q;
            a.cursor := r.id;
            a.started := a.started + 1;
        END IF;
        PERFORM legnext_defer_v1(_account, 'submit', jsonb_build_object('request', q.id, 'turn', q.turn), a.next_at);
        a.next_at := a.next_at + interval '1 second' / a.per_second;
        a.counted := a.counted + q.price;
        free := free - 1;
        UPDATE legnext_accounts SET next_at = a.next_at, counted = a.counted, cursor = a.cursor, started = a.started
            WHERE name = _account;
    END LOOP;
END $$;

-- Add the rows of the temporary table `legnext_given`. One whose key has another request is returned; then add nothing.
CREATE FUNCTION legnext_add_v1(_account text, OUT added bigint, OUT changed text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM legnext_accounts WHERE name = _account FOR UPDATE; -- the cursor passes no id that is not visible yet
    SELECT key INTO changed FROM legnext_given g JOIN legnext_rows r USING (key)
        WHERE account = _account AND r.digest <> g.digest LIMIT 1;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO legnext_rows (account, key, digest, description, steps)
        SELECT _account, key, digest, description, steps FROM legnext_given ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE legnext_accounts SET rows = rows + added WHERE name = _account;
    PERFORM legnext_admit_v1(_account);
END $$;

-- Record the intent before the POST. The caller may send it if a row is returned; another attempt found here becomes
-- unknown.
CREATE FUNCTION legnext_begin_v1(_request bigint, _turn int, _owner text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    UPDATE legnext_requests SET state = 'submitting', turn = turn + 1, owner = _owner, submitting_at = now(),
            until = now() + interval '1 second' * coalesce(
                (SELECT job_timeout FROM legnext_accounts a WHERE a.name = account),
                (SELECT (steps -> step ->> 'lasts')::float8 FROM legnext_rows r WHERE r.id = row_id))
        WHERE id = _request AND state = 'admitted' AND turn = _turn;
    -- Its own intent is found here again if the connection was lost just after it was committed.
    SELECT * INTO q FROM legnext_requests
        WHERE id = _request AND state = 'submitting' AND turn = _turn + 1 AND owner = _owner;
    IF FOUND THEN
        RETURN (SELECT json_build_object('row', r.description, 'key', r.key, 'step', q.step, 'attempt', q.attempt,
                'since', extract(epoch FROM q.submitting_at), 'call', steps -> q.step, 'before', coalesce(
                    (SELECT json_agg(output ORDER BY step) FROM legnext_requests WHERE row_id = r.id AND state = 'done'),
                    '[]'))
            FROM legnext_rows r WHERE r.id = q.row_id);
    END IF;
    UPDATE legnext_requests SET state = 'unknown', turn = turn + 1, error = 'its worker stopped before the response'
        WHERE id = _request AND state = 'submitting' AND turn = _turn + 1;
    RETURN NULL;
END $$;

-- Record what became of a request, and do what follows from that. Its sender (`_owner`) says what was answered:
-- `submitted`, `new` (provably not accepted; `_full`: the account has no place), `failed` or `unknown`. Later, the task of
-- this turn says how the job does, and a person may settle an unknown request: `submitted` again, `done`, `failed`,
-- `unknown` (the service does not report the job), `resubmitted`. False: it was recorded otherwise before.
CREATE FUNCTION legnext_record_v1(_request bigint, _state text, _turn int DEFAULT NULL, _owner text DEFAULT NULL,
    _job text DEFAULT NULL, _points int DEFAULT 0, _error text DEFAULT NULL, _output text DEFAULT NULL,
    _files jsonb DEFAULT NULL, _args jsonb DEFAULT '{}', _delay float8 DEFAULT 0, _full boolean DEFAULT false)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; q legnext_requests; r legnext_rows; last boolean;
    at timestamptz := now() + interval '1 second' * _delay;
BEGIN
    SELECT * INTO q FROM legnext_requests WHERE id = _request;
    SELECT * INTO a FROM legnext_accounts WHERE name = q.account AND (
        _state <> 'submitted' OR jobs < places OR problem <> '' OR _points > q.price) FOR UPDATE;
    UPDATE legnext_requests SET state = _state, turn = turn + 1, job_id = _job, error = _error, due = at,
            output = coalesce(_output, output), points = CASE WHEN _state IN ('done', 'failed', 'resubmitted')
                THEN coalesce(points, _points) END -- a download changes nothing
        WHERE id = _request AND ((owner = _owner AND state IN ('submitting', 'unknown') AND job_id IS NULL)
            OR (turn = _turn AND state IN ('submitted', 'done'))
            OR (num_nulls(_turn, _owner) = 2 AND state = 'unknown' AND (_state <> 'resubmitted' OR until < now())))
        RETURNING * INTO q;
    IF NOT FOUND THEN RETURN EXISTS (SELECT FROM legnext_requests WHERE id = _request AND job_id = _job); END IF;
    SELECT * INTO r FROM legnext_rows WHERE id = q.row_id;
    IF _state = 'submitted' THEN
        IF _points > q.price THEN
            UPDATE legnext_requests SET price = _points WHERE id = _request;
            UPDATE legnext_accounts SET counted = counted + _points - q.price, problem = format(
                    'the service holds %s points for job %s; %s were estimated', _points, _job, q.price)
                WHERE name = q.account;
        ELSIF _owner <> '' THEN
            UPDATE legnext_accounts SET jobs = least(places, jobs + 1 / jobs), problem = NULL
                WHERE name = q.account AND (jobs < places OR problem <> '');
        END IF;
        PERFORM legnext_defer_v1(q.account, 'poll', _args || jsonb_build_object('request', q.id, 'turn', q.turn,
            'job', _job, 'since', extract(epoch FROM q.submitting_at), 'call', r.steps -> q.step), at);
        RETURN true;
    ELSIF _state = 'unknown' THEN
        RETURN true;
    ELSIF _state = 'new' THEN
        UPDATE legnext_accounts SET counted = counted - q.price, next_at = greatest(next_at, at), problem = _error,
                jobs = CASE WHEN _full AND next_at <= now() + interval '1 second' -- those refused together count once
                    THEN greatest(1, jobs / 2) ELSE jobs END
            WHERE name = q.account;
        RETURN true;
    END IF;
    last := _state = 'failed' OR (_state = 'done' AND q.step + 1 = jsonb_array_length(r.steps)
        AND (_files IS NOT NULL OR coalesce(a.download, '') = ''));
    UPDATE legnext_accounts SET ended = ended + last::int, failed = failed + (_state = 'failed')::int,
            counted = counted + CASE WHEN _files IS NULL THEN q.points - q.price ELSE 0 END
        WHERE name = a.name RETURNING * INTO a;
    IF last THEN
        INSERT INTO legnext_results (account, number, row_id, state, error, files)
            VALUES (a.name, a.ended, r.id, _state, _error, coalesce(_files, '[]'));
    ELSIF _state = 'done' AND q.step + 1 = jsonb_array_length(r.steps) THEN
        PERFORM legnext_defer_v1(a.name, 'download', jsonb_build_object('request', q.id, 'turn', q.turn, 'job', _job,
            'key', r.key, 'target', a.download), NULL);
    ELSE -- the next step, or another attempt
        q.attempt := CASE _state WHEN 'done' THEN 0 ELSE q.attempt + 1 END;
        q.step := q.step + (_state = 'done')::int;
        INSERT INTO legnext_requests (account, row_id, step, attempt, state, price)
            VALUES (a.name, r.id, q.step, q.attempt, 'new', (r.steps -> q.step ->> 'price')::int);
    END IF;
    PERFORM legnext_admit_v1(a.name);
    RETURN true;
END $$;

-- Poll a job because its callback came, unless it is polled within two seconds anyway. A callback to the address of one
-- submission also names its job if the response was lost.
CREATE FUNCTION legnext_called_v1(_request bigint, _claim text, _job text) RETURNS boolean LANGUAGE sql AS $$
    SELECT legnext_record_v1(id, 'submitted', CASE state WHEN 'submitted' THEN turn END, _job => coalesce(job_id, _job), _args => jsonb_build_object(
        'guess', job_id IS NULL)) FROM legnext_requests WHERE id = _request AND split_part(owner, '/', 3) = _claim
        AND (state = 'unknown' OR (state = 'submitted' AND due > now() + interval '2 seconds'));
$$;

CREATE FUNCTION legnext_output_v1(_request bigint) RETURNS text LANGUAGE sql AS $$
    SELECT output FROM legnext_requests WHERE id = _request;
$$;

-- Return the tasks of workers without a heartbeat to the queue, and begin what only time allows.
CREATE FUNCTION legnext_tend_v1(_account text, _silent float8) RETURNS void LANGUAGE sql AS $$
    WITH stalled AS (
        SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND job.queue_name = 'legnext-' || _account
            AND (worker.id IS NULL OR worker.last_heartbeat < now() - interval '1 second' * _silent)
        FOR UPDATE OF job SKIP LOCKED)
    SELECT count(procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL)::text) FROM stalled;
    SELECT legnext_admit_v1(_account);
$$;

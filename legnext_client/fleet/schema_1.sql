-- The fleet's tables and functions; Procrastinate's schema is applied before them. A later version is a file of its own
-- that keeps these functions, because workers of both versions run beside each other during a rollout.
-- Locks are always taken in this order: the account, then the request. Results are numbered under the account's lock,
-- so that a reader who has seen number n has seen all before it.

CREATE TABLE legnext_fleet (
    version int NOT NULL,
    cluster text NOT NULL, timeline int NOT NULL); -- the server on which the ledger was last known to be complete

CREATE TABLE legnext_accounts (
    name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9_-]{1,32}$'),
    places int NOT NULL, per_second float8 NOT NULL, budget bigint, download text, job_timeout float8,
    jobs float8 NOT NULL, -- places in use after 429s; at most `places`
    next_at timestamptz NOT NULL DEFAULT now(), -- of the next submission
    counted bigint NOT NULL DEFAULT 0, -- points spent, held, or perhaps charged
    cursor bigint NOT NULL DEFAULT 0, -- the last row admitted
    rows bigint NOT NULL DEFAULT 0, started bigint NOT NULL DEFAULT 0, ended bigint NOT NULL DEFAULT 0,
    draining boolean NOT NULL DEFAULT false, problem text);

CREATE TABLE legnext_rows ( -- immutable
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL REFERENCES legnext_accounts,
    key text NOT NULL, digest text NOT NULL, description jsonb NOT NULL,
    prices int[] NOT NULL, -- by step
    lasts float8[] NOT NULL, -- seconds after which a job of the step must have ended
    UNIQUE (account, key));
CREATE INDEX legnext_rows_order ON legnext_rows (account, id);

CREATE TABLE legnext_requests ( -- the ledger: a line for each paid request
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL,
    row_id bigint NOT NULL REFERENCES legnext_rows, step int NOT NULL DEFAULT 0, attempt int NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('new', 'admitted', 'submitting', 'submitted', 'done', 'failed', 'unknown')),
    turn int NOT NULL DEFAULT 0, -- fences: a task acts only on the turn that it was made for
    owner text, -- the attempt that may send, or has sent
    price int NOT NULL, points int NOT NULL DEFAULT 0, job_id text UNIQUE,
    due timestamptz NOT NULL DEFAULT now(), submitting_at timestamptz,
    until timestamptz, -- the job must have ended; its place is free
    error text, output jsonb,
    UNIQUE (row_id, step, attempt)) WITH (fillfactor = 75);
CREATE INDEX legnext_requests_open ON legnext_requests (account, id)
    WHERE state IN ('new', 'admitted', 'submitting', 'submitted', 'unknown');

CREATE TABLE legnext_results ( -- by order of completion
    account text NOT NULL, number bigint NOT NULL, row_id bigint NOT NULL UNIQUE REFERENCES legnext_rows,
    state text NOT NULL, error text, files jsonb NOT NULL DEFAULT '[]', at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, number));

CREATE FUNCTION legnext_defer_v1(_account text, _task text, _args jsonb, _at timestamptz) RETURNS void
LANGUAGE sql AS $$
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('legnext-' || _account, 'legnext.' || _task, 0, NULL, NULL, _args,
        CASE WHEN _at > now() THEN _at END)::procrastinate_job_to_defer_v1]);
$$;

CREATE FUNCTION legnext_finish_v1(_request legnext_requests, _state text, _error text, _files jsonb) RETURNS void
LANGUAGE sql AS $$
    WITH numbered AS (UPDATE legnext_accounts SET ended = ended + 1 WHERE name = _request.account RETURNING ended)
    INSERT INTO legnext_results (account, number, row_id, state, error, files)
    SELECT _request.account, ended, _request.row_id, _state, _error, _files FROM numbered;
$$;

-- Lock the account of a request, before the request itself.
CREATE FUNCTION legnext_lock_v1(_request bigint) RETURNS void LANGUAGE sql AS $$
    SELECT FROM legnext_accounts WHERE name = (SELECT account FROM legnext_requests WHERE id = _request) FOR UPDATE;
$$;

-- Begin what the account's places, rate and budget allow: requests that wait for another attempt, then rows.
CREATE FUNCTION legnext_admit_v1(_account text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; r legnext_rows; q legnext_requests; free int;
BEGIN
    SELECT * INTO a FROM legnext_accounts WHERE name = _account FOR UPDATE;
    IF NOT FOUND OR a.draining THEN RETURN; END IF;
    SELECT least(a.places, greatest(floor(a.jobs)::int, 1 + count(*) FILTER (WHERE state = 'unknown'))) - count(*)
        INTO free FROM legnext_requests
        WHERE account = _account AND state IN ('admitted', 'submitting', 'submitted', 'unknown')
            AND (state IN ('admitted', 'submitting') OR until > now());
    a.next_at := greatest(a.next_at, now());
    WHILE free > 0 AND a.next_at < now() + interval '1 second' LOOP
        SELECT * INTO q FROM legnext_requests WHERE account = _account AND state = 'new' AND due <= now()
            ORDER BY id LIMIT 1;
        IF FOUND THEN
            EXIT WHEN a.counted + q.price > a.budget;
            UPDATE legnext_requests SET state = 'admitted', turn = turn + 1 WHERE id = q.id RETURNING * INTO q;
        ELSE
            SELECT * INTO r FROM legnext_rows WHERE account = _account AND id > a.cursor ORDER BY id LIMIT 1;
            EXIT WHEN NOT FOUND OR a.counted + r.prices[1] > a.budget;
            INSERT INTO legnext_requests (account, row_id, state, price) VALUES (_account, r.id, 'admitted', r.prices[1])
                RETURNING * INTO q;
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

-- Record the intent before the POST. The caller may send it if a row is returned; another attempt found here becomes
-- unknown.
CREATE FUNCTION legnext_begin_v1(_request bigint, _turn int, _owner text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    UPDATE legnext_requests SET state = 'submitting', turn = turn + 1, owner = _owner, submitting_at = now(),
            until = now() + interval '1 second' * coalesce(
                (SELECT job_timeout FROM legnext_accounts a WHERE a.name = account),
                (SELECT lasts[step + 1] FROM legnext_rows r WHERE r.id = row_id))
        WHERE id = _request AND state = 'admitted' AND turn = _turn;
    -- Its own intent is found here again if the connection was lost just after it was committed.
    SELECT * INTO q FROM legnext_requests
        WHERE id = _request AND state = 'submitting' AND turn = _turn + 1 AND owner = _owner;
    IF FOUND THEN
        RETURN (SELECT jsonb_build_object('row', r.description, 'key', r.key, 'step', q.step, 'attempt', q.attempt,
                'price', q.price, 'since', extract(epoch FROM q.submitting_at), 'before', coalesce(
                    (SELECT jsonb_agg(output ORDER BY step) FROM legnext_requests WHERE row_id = r.id AND state = 'done'),
                    '[]'))
            FROM legnext_rows r WHERE r.id = q.row_id);
    END IF;
    UPDATE legnext_requests SET state = 'unknown', turn = turn + 1, error = 'its worker stopped before the response'
        WHERE id = _request AND state = 'submitting' AND turn = _turn + 1;
    RETURN NULL;
END $$;

-- Defer the next poll, and count what the service holds for the job, if that is more than was estimated.
CREATE FUNCTION legnext_wait_v1(_request legnext_requests, _held int, _args jsonb, _delay float8) RETURNS void
LANGUAGE sql AS $$
    UPDATE legnext_requests SET price = _held WHERE id = _request.id AND price < _held;
    UPDATE legnext_accounts SET counted = counted + _held - _request.price, problem = format(
            'the service holds %s points for job %s; %s were estimated', _held, _request.job_id, _request.price)
        WHERE name = _request.account AND _request.price < _held;
    SELECT legnext_defer_v1(_request.account, 'poll', _args || jsonb_build_object('request', _request.id, 'turn',
        _request.turn), now() + interval '1 second' * _delay);
$$;

-- Record the job. A late response also resolves a request that was counted as unknown meanwhile.
CREATE FUNCTION legnext_accepted_v1(_request bigint, _owner text, _job text, _held int, _args jsonb, _delay float8)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    UPDATE legnext_accounts SET jobs = least(places, jobs + 1 / jobs), problem = NULL
        WHERE name = (SELECT account FROM legnext_requests WHERE id = _request) AND (jobs < places OR problem <> '');
    UPDATE legnext_requests SET state = 'submitted', turn = turn + 1, job_id = _job, error = NULL
        WHERE id = _request AND owner = _owner AND state IN ('submitting', 'unknown') AND job_id IS NULL
        RETURNING * INTO q;
    IF FOUND THEN PERFORM legnext_wait_v1(q, _held, _args, _delay); END IF;
    RETURN FOUND OR EXISTS (SELECT FROM legnext_requests WHERE id = _request AND owner = _owner AND job_id = _job);
END $$;

-- Record why there is no job: `new`, provably not accepted; `failed`, refused; or `unknown`. `_full`: refused for now.
CREATE FUNCTION legnext_no_job_v1(
    _request bigint, _owner text, _state text, _error text, _delay float8 DEFAULT 0, _full boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    PERFORM legnext_lock_v1(_request);
    UPDATE legnext_requests SET state = _state, turn = turn + 1, error = _error,
            due = now() + interval '1 second' * _delay
        WHERE id = _request AND owner = _owner AND state IN ('submitting', 'unknown') AND job_id IS NULL
        RETURNING * INTO q;
    IF NOT FOUND OR _state = 'unknown' THEN RETURN; END IF;
    UPDATE legnext_accounts SET counted = counted - q.price, next_at = greatest(next_at, q.due),
            problem = CASE WHEN _state = 'new' THEN _error ELSE problem END, -- those refused together count once:
            jobs = CASE WHEN _full AND next_at <= now() + interval '1 second' THEN greatest(1, jobs / 2) ELSE jobs END
        WHERE name = q.account;
    IF _state = 'failed' THEN PERFORM legnext_finish_v1(q, _state, _error, '[]'), legnext_admit_v1(q.account); END IF;
END $$;

CREATE FUNCTION legnext_polled_v1(_request bigint, _turn int, _held int, _args jsonb, _delay float8) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    UPDATE legnext_requests SET turn = turn + 1 WHERE id = _request AND turn = _turn AND state = 'submitted'
        RETURNING * INTO q;
    IF FOUND THEN PERFORM legnext_wait_v1(q, _held, _args, _delay); END IF;
END $$;

-- Record the end of a job: the next step, the download or the result, and whatever fits in the place that is free.
-- `unknown`: the service does not report it. `_job` is NULL if the id was only a guess.
CREATE FUNCTION legnext_ended_v1(
    _request bigint, _turn int, _state text, _points int, _output jsonb, _error text, _job text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE a legnext_accounts; q legnext_requests; r legnext_rows;
BEGIN
    PERFORM legnext_lock_v1(_request);
    UPDATE legnext_requests SET state = _state, turn = turn + 1, points = _points, output = _output, error = _error,
            job_id = _job WHERE id = _request AND turn = _turn AND state = 'submitted' RETURNING * INTO q;
    IF NOT FOUND OR _state = 'unknown' THEN RETURN; END IF;
    UPDATE legnext_accounts SET counted = counted + _points - q.price WHERE name = q.account RETURNING * INTO a;
    SELECT * INTO r FROM legnext_rows WHERE id = q.row_id;
    IF _state = 'done' AND q.step + 1 < cardinality(r.prices) THEN
        INSERT INTO legnext_requests (account, row_id, step, state, price)
            VALUES (a.name, r.id, q.step + 1, 'new', r.prices[q.step + 2]);
    ELSIF _state = 'done' AND a.download IS NOT NULL THEN
        PERFORM legnext_defer_v1(a.name, 'download',
            jsonb_build_object('request', q.id, 'turn', q.turn, 'key', r.key, 'target', a.download), NULL);
    ELSE
        PERFORM legnext_finish_v1(q, _state, _error, '[]');
    END IF;
    PERFORM legnext_admit_v1(a.name);
END $$;

CREATE FUNCTION legnext_downloaded_v1(_request bigint, _turn int, _files jsonb, _error text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    PERFORM legnext_lock_v1(_request);
    UPDATE legnext_requests SET turn = turn + 1 WHERE id = _request AND turn = _turn AND state = 'done' RETURNING * INTO q;
    IF FOUND THEN PERFORM legnext_finish_v1(q, 'done', _error, _files); END IF;
END $$;

-- Record what a person found out about an unknown request: its job, or that it is to be sent again, or given up.
CREATE FUNCTION legnext_settle_v1(_request bigint, _how text, _job text, _operation text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE q legnext_requests;
BEGIN
    PERFORM legnext_lock_v1(_request);
    UPDATE legnext_requests SET turn = turn + 1, state = CASE _how WHEN 'adopt' THEN 'submitted' ELSE 'failed' END,
            job_id = coalesce(_job, job_id), points = CASE _how WHEN 'give_up' THEN price ELSE 0 END,
            owner = NULL, error = CASE WHEN _how <> 'adopt' THEN _how END
        WHERE id = _request AND state = 'unknown' AND (until < now() OR _how <> 'resubmit') RETURNING * INTO q;
    IF NOT FOUND THEN RETURN false; END IF;
    IF _how = 'adopt' THEN
        PERFORM legnext_wait_v1(q, 0, jsonb_build_object('job', q.job_id, 'operation', _operation, 'guess', true,
            'since', extract(epoch FROM q.submitting_at), 'expected', NULL, 'price', q.price), 0);
    ELSIF _how = 'resubmit' THEN
        UPDATE legnext_accounts SET counted = counted - q.price WHERE name = q.account;
        INSERT INTO legnext_requests (account, row_id, step, attempt, state, price)
            VALUES (q.account, q.row_id, q.step, q.attempt + 1, 'new', q.price);
    ELSE
        PERFORM legnext_finish_v1(q, 'failed', 'given up', '[]');
    END IF;
    PERFORM legnext_admit_v1(q.account);
    RETURN true;
END $$;

-- Return the tasks of workers without a heartbeat to the queue.
CREATE FUNCTION legnext_rescue_v1(_account text, _silent float8) RETURNS bigint LANGUAGE sql AS $$
    WITH stalled AS (
        SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND job.queue_name = 'legnext-' || _account
            AND (worker.id IS NULL OR worker.last_heartbeat < now() - interval '1 second' * _silent)
        FOR UPDATE OF job SKIP LOCKED)
    SELECT count(procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL)::text) FROM stalled;
$$;

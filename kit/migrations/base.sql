-- The tables of kit.tables as they were first made. Frozen: later changes are migrations of their own.

CREATE TABLE calendar_day (
    day DATE NOT NULL,
    kind SMALLINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (day)
);

CREATE TABLE calendar_version (
    id SMALLINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE dead_letter (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    subject TEXT NOT NULL,
    event_id UUID,
    payload BYTEA NOT NULL,
    problem TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE idempotency (
    person_id UUID NOT NULL,
    request_id UUID NOT NULL,
    method TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    response BYTEA,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (person_id, request_id)
);

CREATE TABLE inbox (
    event_id UUID NOT NULL,
    receive_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE TABLE member (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    unit_id UUID NOT NULL,
    roles TEXT[] NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE outbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    event_id UUID NOT NULL,
    aggregate_id UUID NOT NULL,
    aggregate_version BIGINT NOT NULL,
    subject TEXT NOT NULL,
    envelope BYTEA NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    publish_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (seq),
    UNIQUE (event_id)
);

CREATE INDEX outbox_unpublished_idx ON outbox (seq) WHERE publish_time IS NULL;
CREATE UNIQUE INDEX member_identity_key ON member (issuer, subject, unit_id);

-- Who acts, for policies; '' (which a finished SET LOCAL leaves behind) counts as nobody.
CREATE FUNCTION actor_person() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('ykcd.person', true), '')::uuid $$;
CREATE FUNCTION actor_unit() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('ykcd.unit', true), '')::uuid $$;
CREATE FUNCTION actor_has(VARIADIC wanted text[]) RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT coalesce(string_to_array(nullif(current_setting('ykcd.roles', true), ''), ',') && wanted, false) $$;

CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_relay();

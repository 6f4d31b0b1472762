-- What the third version, with the sealed log and contacts, has left in a database of PostgreSQL.
CREATE TABLE public.cookiesafe_checkpoints (
    size bigint NOT NULL,
    base bigint NOT NULL,
    note text NOT NULL
);
CREATE TABLE public.cookiesafe_contacts (
    "user" character varying(255) NOT NULL,
    receipt character varying(64) NOT NULL,
    answers text NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.cookiesafe_epochs (
    "user" character varying(255) NOT NULL,
    epoch bigint NOT NULL
);
CREATE TABLE public.cookiesafe_records (
    seq bigint NOT NULL,
    id character varying(64) NOT NULL,
    "time" bigint NOT NULL,
    event character varying(32) NOT NULL,
    receipt character varying(64),
    body text NOT NULL,
    place bigint
);
CREATE SEQUENCE public.cookiesafe_records_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.cookiesafe_records_seq_seq OWNED BY public.cookiesafe_records.seq;
CREATE TABLE public.cookiesafe_schema (
    version integer NOT NULL
);
CREATE TABLE public.cookiesafe_series (
    key character varying(64) NOT NULL,
    device character varying(32) NOT NULL,
    "user" character varying(255) NOT NULL,
    mac_key bytea NOT NULL,
    gen bigint NOT NULL,
    seen_gen bigint NOT NULL,
    rotated_at bigint NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    idle_until bigint NOT NULL,
    until bigint NOT NULL,
    auth_time bigint NOT NULL,
    epoch bigint NOT NULL,
    record character varying(64) NOT NULL,
    label character varying(64) NOT NULL,
    revoked_at bigint,
    revoked_why character varying(32)
);
CREATE TABLE public.cookiesafe_sessions (
    key character varying(64) NOT NULL,
    "user" character varying(255),
    data bytea NOT NULL,
    until bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.cookiesafe_tiles (
    level integer NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL
);
ALTER TABLE ONLY public.cookiesafe_records ALTER COLUMN seq SET DEFAULT nextval('public.cookiesafe_records_seq_seq'::regclass);
INSERT INTO public.cookiesafe_contacts VALUES ('ann', 'r1', '{"letters": {"ground": "0123456789ab", "press": "", "until": 0, "yes": true}}', 1);
INSERT INTO public.cookiesafe_epochs VALUES ('ann', 2);
INSERT INTO public.cookiesafe_epochs VALUES ('Ann ', 1);
INSERT INTO public.cookiesafe_records VALUES (1, '00000000000000000000000000000001', 1795000000001, 'grant', 'receipt-1', '{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000001","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000001}', NULL);
INSERT INTO public.cookiesafe_records VALUES (2, '00000000000000000000000000000002', 1795000000002, 'refusal', NULL, '{"choices":{"@gullwing":false,"advertising":false},"event":"refusal","grounds":{},"id":"00000000000000000000000000000002","language":"en","notice":"banner","policy":"0123456789ab","receipt":null,"time":1795000000002}', NULL);
INSERT INTO public.cookiesafe_records VALUES (3, '00000000000000000000000000000003', 1795000000003, 'grant', 'Zq3-ünïcode_receipt', '{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000003","language":"de","notice":"banner","policy":"0123456789ab","receipt":"Zq3-\u00fcn\u00efcode_receipt","time":1795000000003}', NULL);
INSERT INTO public.cookiesafe_records VALUES (4, '00000000000000000000000000000004', 1795000000004, 'withdrawal', 'receipt-1', '{"choices":{"@gullwing":false,"advertising":false},"event":"withdrawal","grounds":{},"id":"00000000000000000000000000000004","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000004}', NULL);
INSERT INTO public.cookiesafe_records VALUES (5, '00000000000000000000000000000005', 1795000000005, 'change', 'receipt-5', '{"choices":{"@gullwing":false,"advertising":false},"event":"change","grounds":{},"id":"00000000000000000000000000000005","language":"en","notice":"choices ''n'' \\ \"quotes\"; --","policy":"0123456789ab","receipt":"receipt-5","time":1795000000005}', NULL);
INSERT INTO public.cookiesafe_schema VALUES (3);
INSERT INTO public.cookiesafe_series VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaaaaaaaa', 'ann', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 3, 2, 1795000000, 1794000000, 1795000000, 1797592000, 1809552000, 1794000000, 2, '00000000000000000000000000000009', 'Firefox, Linux', NULL, NULL);
INSERT INTO public.cookiesafe_series VALUES ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbbbbbbbbb', 'ann', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 3, 2, 1795000000, 1794000000, 1795000000, 1797592000, 1809552000, 1794000000, 1, '00000000000000000000000000000009', 'Firefox, Linux', NULL, NULL);
INSERT INTO public.cookiesafe_series VALUES ('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'cccccccccccccccccccccc', 'Ann ', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 3, 2, 1795000000, 1794000000, 1795000000, 1797592000, 1809552000, 1794000000, 2, '00000000000000000000000000000009', 'Firefox, Linux', NULL, NULL);
INSERT INTO public.cookiesafe_series VALUES ('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 'dddddddddddddddddddddd', 'änn', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 3, 2, 1795000000, 1794000000, 1795000000, 1797592000, 1809552000, 1794000000, 2, '00000000000000000000000000000009', 'Firefox, Linux', 1795000007, 'theft');
INSERT INTO public.cookiesafe_sessions VALUES ('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 'ann', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 1796000000, 1);
INSERT INTO public.cookiesafe_sessions VALUES ('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', NULL, '\x6368616e676564', 1796000001, 2);
SELECT pg_catalog.setval('public.cookiesafe_records_seq_seq', 5, true);
ALTER TABLE ONLY public.cookiesafe_checkpoints
    ADD CONSTRAINT cookiesafe_checkpoints_base_key UNIQUE (base);
ALTER TABLE ONLY public.cookiesafe_checkpoints
    ADD CONSTRAINT cookiesafe_checkpoints_pkey PRIMARY KEY (size);
ALTER TABLE ONLY public.cookiesafe_contacts
    ADD CONSTRAINT cookiesafe_contacts_pkey PRIMARY KEY ("user");
ALTER TABLE ONLY public.cookiesafe_epochs
    ADD CONSTRAINT cookiesafe_epochs_pkey PRIMARY KEY ("user");
ALTER TABLE ONLY public.cookiesafe_records
    ADD CONSTRAINT cookiesafe_records_id_key UNIQUE (id);
ALTER TABLE ONLY public.cookiesafe_records
    ADD CONSTRAINT cookiesafe_records_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.cookiesafe_schema
    ADD CONSTRAINT cookiesafe_schema_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.cookiesafe_series
    ADD CONSTRAINT cookiesafe_series_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.cookiesafe_sessions
    ADD CONSTRAINT cookiesafe_sessions_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.cookiesafe_tiles
    ADD CONSTRAINT cookiesafe_tiles_pkey PRIMARY KEY (level, number);
CREATE INDEX ix_cookiesafe_records_event_time ON public.cookiesafe_records USING btree (event, "time");
CREATE INDEX ix_cookiesafe_records_pending ON public.cookiesafe_records USING btree (seq) WHERE (place IS NULL);
CREATE UNIQUE INDEX ix_cookiesafe_records_place ON public.cookiesafe_records USING btree (place);
CREATE INDEX ix_cookiesafe_records_receipt ON public.cookiesafe_records USING btree (receipt);
CREATE INDEX ix_cookiesafe_series_user ON public.cookiesafe_series USING btree ("user");
CREATE INDEX ix_cookiesafe_sessions_until ON public.cookiesafe_sessions USING btree (until);
CREATE INDEX ix_cookiesafe_sessions_user ON public.cookiesafe_sessions USING btree ("user");

-- What the first version of the store, which kept records alone, has left in a database of PostgreSQL.
CREATE TABLE public.cookiesafe_records (
    seq bigint NOT NULL,
    id character varying(64) NOT NULL,
    "time" bigint NOT NULL,
    event character varying(32) NOT NULL,
    receipt character varying(64),
    body text NOT NULL
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
ALTER TABLE ONLY public.cookiesafe_records ALTER COLUMN seq SET DEFAULT nextval('public.cookiesafe_records_seq_seq'::regclass);
INSERT INTO public.cookiesafe_records VALUES (1, '00000000000000000000000000000001', 1795000000001, 'grant', 'receipt-1', '{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000001","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000001}');
INSERT INTO public.cookiesafe_records VALUES (2, '00000000000000000000000000000002', 1795000000002, 'refusal', NULL, '{"choices":{"@gullwing":false,"advertising":false},"event":"refusal","grounds":{},"id":"00000000000000000000000000000002","language":"en","notice":"banner","policy":"0123456789ab","receipt":null,"time":1795000000002}');
INSERT INTO public.cookiesafe_records VALUES (3, '00000000000000000000000000000003', 1795000000003, 'grant', 'Zq3-ünïcode_receipt', '{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000003","language":"de","notice":"banner","policy":"0123456789ab","receipt":"Zq3-\u00fcn\u00efcode_receipt","time":1795000000003}');
INSERT INTO public.cookiesafe_records VALUES (4, '00000000000000000000000000000004', 1795000000004, 'withdrawal', 'receipt-1', '{"choices":{"@gullwing":false,"advertising":false},"event":"withdrawal","grounds":{},"id":"00000000000000000000000000000004","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000004}');
INSERT INTO public.cookiesafe_records VALUES (5, '00000000000000000000000000000005', 1795000000005, 'change', 'receipt-5', '{"choices":{"@gullwing":false,"advertising":false},"event":"change","grounds":{},"id":"00000000000000000000000000000005","language":"en","notice":"choices ''n'' \\ \"quotes\"; --","policy":"0123456789ab","receipt":"receipt-5","time":1795000000005}');
INSERT INTO public.cookiesafe_schema VALUES (1);
SELECT pg_catalog.setval('public.cookiesafe_records_seq_seq', 5, true);
ALTER TABLE ONLY public.cookiesafe_records
    ADD CONSTRAINT cookiesafe_records_id_key UNIQUE (id);
ALTER TABLE ONLY public.cookiesafe_records
    ADD CONSTRAINT cookiesafe_records_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.cookiesafe_schema
    ADD CONSTRAINT cookiesafe_schema_pkey PRIMARY KEY (version);
CREATE INDEX ix_cookiesafe_records_receipt ON public.cookiesafe_records USING btree (receipt);

-- What the first version of the store, which kept records alone, has left in a database of SQLite.
CREATE TABLE cookiesafe_records (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR(64) NOT NULL, 
	time BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	receipt VARCHAR(64), 
	body TEXT NOT NULL, 
	UNIQUE (id)
);
INSERT INTO "cookiesafe_records" VALUES(1,'00000000000000000000000000000001',1795000000001,'grant','receipt-1','{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000001","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000001}');
INSERT INTO "cookiesafe_records" VALUES(2,'00000000000000000000000000000002',1795000000002,'refusal',NULL,'{"choices":{"@gullwing":false,"advertising":false},"event":"refusal","grounds":{},"id":"00000000000000000000000000000002","language":"en","notice":"banner","policy":"0123456789ab","receipt":null,"time":1795000000002}');
INSERT INTO "cookiesafe_records" VALUES(3,'00000000000000000000000000000003',1795000000003,'grant','Zq3-ünïcode_receipt','{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000003","language":"de","notice":"banner","policy":"0123456789ab","receipt":"Zq3-\u00fcn\u00efcode_receipt","time":1795000000003}');
INSERT INTO "cookiesafe_records" VALUES(4,'00000000000000000000000000000004',1795000000004,'withdrawal','receipt-1','{"choices":{"@gullwing":false,"advertising":false},"event":"withdrawal","grounds":{},"id":"00000000000000000000000000000004","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000004}');
INSERT INTO "cookiesafe_records" VALUES(5,'00000000000000000000000000000005',1795000000005,'change','receipt-5','{"choices":{"@gullwing":false,"advertising":false},"event":"change","grounds":{},"id":"00000000000000000000000000000005","language":"en","notice":"choices ''n'' \\ \"quotes\"; --","policy":"0123456789ab","receipt":"receipt-5","time":1795000000005}');
CREATE TABLE cookiesafe_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "cookiesafe_schema" VALUES(1);
CREATE INDEX ix_cookiesafe_records_receipt ON cookiesafe_records (receipt);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('cookiesafe_records',5);

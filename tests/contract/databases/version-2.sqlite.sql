-- What the second version, with remembered logins, epochs and sessions, has left in a database of SQLite.
CREATE TABLE cookiesafe_epochs (
	user VARCHAR(255) NOT NULL, 
	epoch BIGINT NOT NULL, 
	PRIMARY KEY (user)
);
INSERT INTO "cookiesafe_epochs" VALUES('ann',2);
INSERT INTO "cookiesafe_epochs" VALUES('Ann ',1);
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
INSERT INTO "cookiesafe_schema" VALUES(2);
CREATE TABLE cookiesafe_series (
	"key" VARCHAR(64) NOT NULL, 
	device VARCHAR(32) NOT NULL, 
	user VARCHAR(255) NOT NULL, 
	mac_key BLOB NOT NULL, 
	gen BIGINT NOT NULL, 
	seen_gen BIGINT NOT NULL, 
	rotated_at BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	used_at BIGINT NOT NULL, 
	idle_until BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	auth_time BIGINT NOT NULL, 
	epoch BIGINT NOT NULL, 
	record VARCHAR(64) NOT NULL, 
	label VARCHAR(64) NOT NULL, 
	revoked_at BIGINT, 
	revoked_why VARCHAR(32), 
	PRIMARY KEY ("key")
);
INSERT INTO "cookiesafe_series" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','aaaaaaaaaaaaaaaaaaaaaa','ann',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO "cookiesafe_series" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','bbbbbbbbbbbbbbbbbbbbbb','ann',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,1,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO "cookiesafe_series" VALUES('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','cccccccccccccccccccccc','Ann ',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO "cookiesafe_series" VALUES('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','dddddddddddddddddddddd','änn',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',1795000007,'theft');
CREATE TABLE cookiesafe_sessions (
	"key" VARCHAR(64) NOT NULL, 
	user VARCHAR(255), 
	data BLOB NOT NULL, 
	until BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "cookiesafe_sessions" VALUES('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','ann',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF',1796000000,1);
INSERT INTO "cookiesafe_sessions" VALUES('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',NULL,X'6368616E676564',1796000001,2);
CREATE INDEX ix_cookiesafe_records_receipt ON cookiesafe_records (receipt);
CREATE INDEX ix_cookiesafe_series_user ON cookiesafe_series (user);
CREATE INDEX ix_cookiesafe_sessions_user ON cookiesafe_sessions (user);
CREATE INDEX ix_cookiesafe_sessions_until ON cookiesafe_sessions (until);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('cookiesafe_records',5);

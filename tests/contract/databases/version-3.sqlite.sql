-- What the third version, with the sealed log and contacts, has left in a database of SQLite.
CREATE TABLE cookiesafe_epochs (
	user VARCHAR(255) NOT NULL, 
	epoch BIGINT NOT NULL, 
	PRIMARY KEY (user)
);
INSERT INTO cookiesafe_epochs VALUES('ann',2);
INSERT INTO cookiesafe_epochs VALUES('Ann ',1);
CREATE TABLE cookiesafe_records (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR(64) NOT NULL, 
	time BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	receipt VARCHAR(64), 
	body TEXT NOT NULL, place BIGINT, 
	UNIQUE (id)
);
INSERT INTO cookiesafe_records VALUES(1,'00000000000000000000000000000001',1795000000001,'grant','receipt-1','{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000001","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000001}',NULL);
INSERT INTO cookiesafe_records VALUES(2,'00000000000000000000000000000002',1795000000002,'refusal',NULL,'{"choices":{"@gullwing":false,"advertising":false},"event":"refusal","grounds":{},"id":"00000000000000000000000000000002","language":"en","notice":"banner","policy":"0123456789ab","receipt":null,"time":1795000000002}',NULL);
INSERT INTO cookiesafe_records VALUES(3,'00000000000000000000000000000003',1795000000003,'grant','Zq3-ünïcode_receipt','{"choices":{"@gullwing":true,"advertising":true},"event":"grant","grounds":{"advertising":"f00dfeed0123"},"id":"00000000000000000000000000000003","language":"de","notice":"banner","policy":"0123456789ab","receipt":"Zq3-\u00fcn\u00efcode_receipt","time":1795000000003}',NULL);
INSERT INTO cookiesafe_records VALUES(4,'00000000000000000000000000000004',1795000000004,'withdrawal','receipt-1','{"choices":{"@gullwing":false,"advertising":false},"event":"withdrawal","grounds":{},"id":"00000000000000000000000000000004","language":"en","notice":"banner","policy":"0123456789ab","receipt":"receipt-1","time":1795000000004}',NULL);
INSERT INTO cookiesafe_records VALUES(5,'00000000000000000000000000000005',1795000000005,'change','receipt-5','{"choices":{"@gullwing":false,"advertising":false},"event":"change","grounds":{},"id":"00000000000000000000000000000005","language":"en","notice":"choices ''n'' \\ \"quotes\"; --","policy":"0123456789ab","receipt":"receipt-5","time":1795000000005}',NULL);
CREATE TABLE cookiesafe_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO cookiesafe_schema VALUES(3);
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
INSERT INTO cookiesafe_series VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','aaaaaaaaaaaaaaaaaaaaaa','ann',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO cookiesafe_series VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','bbbbbbbbbbbbbbbbbbbbbb','ann',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,1,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO cookiesafe_series VALUES('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','cccccccccccccccccccccc','Ann ',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO cookiesafe_series VALUES('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','dddddddddddddddddddddd','änn',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',1795000007,'theft');
CREATE TABLE cookiesafe_sessions (
	"key" VARCHAR(64) NOT NULL, 
	user VARCHAR(255), 
	data BLOB NOT NULL, 
	until BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO cookiesafe_sessions VALUES('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','ann',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff',1796000000,1);
INSERT INTO cookiesafe_sessions VALUES('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',NULL,X'6368616e676564',1796000001,2);
CREATE TABLE cookiesafe_tiles (
	level INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	hashes BLOB NOT NULL, 
	PRIMARY KEY (level, number)
);
CREATE TABLE cookiesafe_checkpoints (
	size BIGINT NOT NULL, 
	base BIGINT NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (size), 
	UNIQUE (base)
);
CREATE TABLE cookiesafe_contacts (
	user VARCHAR(255) NOT NULL, 
	receipt VARCHAR(64) NOT NULL, 
	answers TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY (user)
);
INSERT INTO cookiesafe_contacts VALUES('ann','r1','{"letters": {"ground": "0123456789ab", "press": "", "until": 0, "yes": true}}',1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('cookiesafe_records',5);
CREATE INDEX ix_cookiesafe_records_receipt ON cookiesafe_records (receipt);
CREATE INDEX ix_cookiesafe_series_user ON cookiesafe_series (user);
CREATE INDEX ix_cookiesafe_sessions_user ON cookiesafe_sessions (user);
CREATE INDEX ix_cookiesafe_sessions_until ON cookiesafe_sessions (until);
CREATE INDEX ix_cookiesafe_records_event_time ON cookiesafe_records (event, time);
CREATE UNIQUE INDEX ix_cookiesafe_records_place ON cookiesafe_records (place);

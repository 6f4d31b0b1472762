-- What the third version, with the sealed log and contacts, has left in a database of MariaDB.
CREATE TABLE `cookiesafe_checkpoints` (
  `size` bigint(20) NOT NULL,
  `base` bigint(20) NOT NULL,
  `note` text NOT NULL,
  PRIMARY KEY (`size`),
  UNIQUE KEY `base` (`base`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE `cookiesafe_contacts` (
  `user` varbinary(1020) NOT NULL,
  `receipt` varchar(64) NOT NULL,
  `answers` mediumtext NOT NULL,
  `version` bigint(20) NOT NULL,
  PRIMARY KEY (`user`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `cookiesafe_contacts` VALUES (0x616E6E,'r1','{\"letters\": {\"ground\": \"0123456789ab\", \"press\": \"\", \"until\": 0, \"yes\": true}}',1);
CREATE TABLE `cookiesafe_epochs` (
  `user` varbinary(1020) NOT NULL,
  `epoch` bigint(20) NOT NULL,
  PRIMARY KEY (`user`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `cookiesafe_epochs` VALUES (0x416E6E20,1);
INSERT INTO `cookiesafe_epochs` VALUES (0x616E6E,2);
CREATE TABLE `cookiesafe_records` (
  `seq` bigint(20) NOT NULL AUTO_INCREMENT,
  `id` varchar(64) NOT NULL,
  `time` bigint(20) NOT NULL,
  `event` varchar(32) NOT NULL,
  `receipt` varchar(64) DEFAULT NULL,
  `body` mediumtext NOT NULL,
  `place` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`seq`),
  UNIQUE KEY `id` (`id`),
  UNIQUE KEY `ix_cookiesafe_records_place` (`place`),
  KEY `ix_cookiesafe_records_receipt` (`receipt`),
  KEY `ix_cookiesafe_records_event_time` (`event`,`time`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `cookiesafe_records` VALUES (1,'00000000000000000000000000000001',1795000000001,'grant','receipt-1','{\"choices\":{\"@gullwing\":true,\"advertising\":true},\"event\":\"grant\",\"grounds\":{\"advertising\":\"f00dfeed0123\"},\"id\":\"00000000000000000000000000000001\",\"language\":\"en\",\"notice\":\"banner\",\"policy\":\"0123456789ab\",\"receipt\":\"receipt-1\",\"time\":1795000000001}',NULL);
INSERT INTO `cookiesafe_records` VALUES (2,'00000000000000000000000000000002',1795000000002,'refusal',NULL,'{\"choices\":{\"@gullwing\":false,\"advertising\":false},\"event\":\"refusal\",\"grounds\":{},\"id\":\"00000000000000000000000000000002\",\"language\":\"en\",\"notice\":\"banner\",\"policy\":\"0123456789ab\",\"receipt\":null,\"time\":1795000000002}',NULL);
INSERT INTO `cookiesafe_records` VALUES (3,'00000000000000000000000000000003',1795000000003,'grant','Zq3-ünïcode_receipt','{\"choices\":{\"@gullwing\":true,\"advertising\":true},\"event\":\"grant\",\"grounds\":{\"advertising\":\"f00dfeed0123\"},\"id\":\"00000000000000000000000000000003\",\"language\":\"de\",\"notice\":\"banner\",\"policy\":\"0123456789ab\",\"receipt\":\"Zq3-\\u00fcn\\u00efcode_receipt\",\"time\":1795000000003}',NULL);
INSERT INTO `cookiesafe_records` VALUES (4,'00000000000000000000000000000004',1795000000004,'withdrawal','receipt-1','{\"choices\":{\"@gullwing\":false,\"advertising\":false},\"event\":\"withdrawal\",\"grounds\":{},\"id\":\"00000000000000000000000000000004\",\"language\":\"en\",\"notice\":\"banner\",\"policy\":\"0123456789ab\",\"receipt\":\"receipt-1\",\"time\":1795000000004}',NULL);
INSERT INTO `cookiesafe_records` VALUES (5,'00000000000000000000000000000005',1795000000005,'change','receipt-5','{\"choices\":{\"@gullwing\":false,\"advertising\":false},\"event\":\"change\",\"grounds\":{},\"id\":\"00000000000000000000000000000005\",\"language\":\"en\",\"notice\":\"choices \'n\' \\\\ \\\"quotes\\\"; --\",\"policy\":\"0123456789ab\",\"receipt\":\"receipt-5\",\"time\":1795000000005}',NULL);
CREATE TABLE `cookiesafe_schema` (
  `version` int(11) NOT NULL,
  PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO `cookiesafe_schema` VALUES (3);
CREATE TABLE `cookiesafe_series` (
  `key` varchar(64) NOT NULL,
  `device` varchar(32) NOT NULL,
  `user` varbinary(1020) NOT NULL,
  `mac_key` tinyblob NOT NULL,
  `gen` bigint(20) NOT NULL,
  `seen_gen` bigint(20) NOT NULL,
  `rotated_at` bigint(20) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `used_at` bigint(20) NOT NULL,
  `idle_until` bigint(20) NOT NULL,
  `until` bigint(20) NOT NULL,
  `auth_time` bigint(20) NOT NULL,
  `epoch` bigint(20) NOT NULL,
  `record` varchar(64) NOT NULL,
  `label` varchar(64) NOT NULL,
  `revoked_at` bigint(20) DEFAULT NULL,
  `revoked_why` varchar(32) DEFAULT NULL,
  PRIMARY KEY (`key`),
  KEY `ix_cookiesafe_series_user` (`user`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `cookiesafe_series` VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','aaaaaaaaaaaaaaaaaaaaaa',0x616E6E,0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F,3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO `cookiesafe_series` VALUES ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','bbbbbbbbbbbbbbbbbbbbbb',0x616E6E,0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F,3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,1,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO `cookiesafe_series` VALUES ('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','cccccccccccccccccccccc',0x416E6E20,0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F,3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',NULL,NULL);
INSERT INTO `cookiesafe_series` VALUES ('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','dddddddddddddddddddddd',0xC3A46E6E,0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F,3,2,1795000000,1794000000,1795000000,1797592000,1809552000,1794000000,2,'00000000000000000000000000000009','Firefox, Linux',1795000007,'theft');
CREATE TABLE `cookiesafe_sessions` (
  `key` varchar(64) NOT NULL,
  `user` varbinary(1020) DEFAULT NULL,
  `data` mediumblob NOT NULL,
  `until` bigint(20) NOT NULL,
  `version` bigint(20) NOT NULL,
  PRIMARY KEY (`key`),
  KEY `ix_cookiesafe_sessions_until` (`until`),
  KEY `ix_cookiesafe_sessions_user` (`user`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `cookiesafe_sessions` VALUES ('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0x616E6E,0x000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF,1796000000,1);
INSERT INTO `cookiesafe_sessions` VALUES ('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',NULL,0x6368616E676564,1796000001,2);
CREATE TABLE `cookiesafe_tiles` (
  `level` int(11) NOT NULL,
  `number` bigint(20) NOT NULL,
  `hashes` blob NOT NULL,
  PRIMARY KEY (`level`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

BEGIN TRANSACTION;
CREATE TABLE elements (
    "id" UUID PRIMARY KEY,
    "threadId" UUID,
    "type" TEXT,
    "url" TEXT,
    "chainlitKey" TEXT,
    "name" TEXT NOT NULL,
    "display" TEXT,
    "objectKey" TEXT,
    "size" TEXT,
    "page" INT,
    "language" TEXT,
    "forId" UUID,
    "mime" TEXT,
    "props" JSONB,
    FOREIGN KEY ("threadId") REFERENCES threads("id") ON DELETE CASCADE
);
INSERT INTO "elements" VALUES('dca958ed-c2ce-541a-805f-1a3d81f64ce1','8b716256-a1e7-5889-bb07-546edbc11342','image','/files/95b3cad6-3bae-4f9e-87e8-54ad60194a8a/dca958ed-c2ce-541a-805f-1a3d81f64ce1/chart.png',NULL,'chart.png','inline','95b3cad6-3bae-4f9e-87e8-54ad60194a8a/dca958ed-c2ce-541a-805f-1a3d81f64ce1/chart.png','large',NULL,NULL,'ab56d72c-5aec-5dde-b86b-3b6a5ff186dd','image/png',NULL);
INSERT INTO "elements" VALUES('e3331d3a-dbb3-5202-9c3f-2137d16c4aa7','ee84050b-1b17-5fe8-9f71-0983f1fceccc','file','/files/unknown/e3331d3a-dbb3-5202-9c3f-2137d16c4aa7/map.pdf',NULL,'map.pdf','side','unknown/e3331d3a-dbb3-5202-9c3f-2137d16c4aa7/map.pdf',NULL,NULL,NULL,'66a7f0fe-e950-5c25-bb7b-5898553d53b0','application/pdf',NULL);
CREATE TABLE feedbacks (
    "id" UUID PRIMARY KEY,
    "forId" UUID NOT NULL,
    "threadId" UUID NOT NULL,
    "value" INT NOT NULL,
    "comment" TEXT,
    FOREIGN KEY ("threadId") REFERENCES threads("id") ON DELETE CASCADE
);
INSERT INTO "feedbacks" VALUES('27eff351-6188-5221-a0bb-a33f646267f6','3e50a36b-539f-5ad3-a0f5-d56d4e7013f8','ee84050b-1b17-5fe8-9f71-0983f1fceccc',1,'spot on');
INSERT INTO "feedbacks" VALUES('acef4346-d4f8-5f37-aebc-274121cf2fed','78b0c67b-af1a-5739-b2c8-c80b97aed3a5','ee84050b-1b17-5fe8-9f71-0983f1fceccc',0,NULL);
CREATE TABLE steps (
    "id" UUID PRIMARY KEY,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "threadId" UUID NOT NULL,
    "parentId" UUID,
    "streaming" BOOLEAN NOT NULL,
    "waitForAnswer" BOOLEAN,
    "isError" BOOLEAN,
    "metadata" JSONB,
    "tags" TEXT[],
    "input" TEXT,
    "output" TEXT,
    "createdAt" TEXT,
    "command" TEXT,
    "start" TEXT,
    "end" TEXT,
    "generation" JSONB,
    "showInput" TEXT,
    "language" TEXT,
    "indent" INT,
    "defaultOpen" BOOLEAN,
    "modes" JSONB,
    FOREIGN KEY ("threadId") REFERENCES threads("id") ON DELETE CASCADE
);
INSERT INTO "steps" VALUES('d9e9c362-350a-5c97-a1c5-2b498f56b29c','on_chat_start','run','ee84050b-1b17-5fe8-9f71-0983f1fceccc',NULL,0,NULL,0,'{}',NULL,'','','2026-03-02T09:00:00.250000Z',NULL,'2026-03-02T09:00:00.250000Z','2026-03-02T09:00:01.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('cc55a489-2e71-5ebd-ab1f-7a06f979d6c0','Assistant','assistant_message','ee84050b-1b17-5fe8-9f71-0983f1fceccc','d9e9c362-350a-5c97-a1c5-2b498f56b29c',0,NULL,0,'{}',NULL,'','Hello! Ask me about tides.','2026-03-02T09:00:01.250000Z',NULL,'2026-03-02T09:00:01.250000Z','2026-03-02T09:00:01.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('66a7f0fe-e950-5c25-bb7b-5898553d53b0','ada','user_message','ee84050b-1b17-5fe8-9f71-0983f1fceccc',NULL,0,NULL,0,'{"location": "http://localhost"}',NULL,'','When is high tide in Bremerhaven?','2026-03-02T09:00:10.250000Z',NULL,'2026-03-02T09:00:10.250000Z','2026-03-02T09:00:10.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('f65f258b-e426-5c40-b33f-ab7e13ad5700','on_message','run','ee84050b-1b17-5fe8-9f71-0983f1fceccc','66a7f0fe-e950-5c25-bb7b-5898553d53b0',0,NULL,0,'{}',NULL,'When is high tide in Bremerhaven?','','2026-03-02T09:00:10.250000Z',NULL,'2026-03-02T09:00:10.250000Z','2026-03-02T09:00:16.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('de54d0c1-fe88-5899-906b-8a8aaa6161c4','gpt-4o-mini','llm','ee84050b-1b17-5fe8-9f71-0983f1fceccc','f65f258b-e426-5c40-b33f-ab7e13ad5700',0,NULL,0,'{}',NULL,'[...]','At 14:05.','2026-03-02T09:00:13.250000Z',NULL,'2026-03-02T09:00:13.250000Z','2026-03-02T09:00:15.250000Z','{"provider": "openai", "model": "gpt-4o-mini", "type": "CHAT", "inputTokenCount": 210, "outputTokenCount": 9, "tokenCount": 219, "ttFirstToken": 312.5, "duration": 2.0, "messages": [{"role": "user", "content": "When is high tide?"}], "messageCompletion": {"role": "assistant", "content": "At 14:05."}}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('3e50a36b-539f-5ad3-a0f5-d56d4e7013f8','Assistant','assistant_message','ee84050b-1b17-5fe8-9f71-0983f1fceccc','f65f258b-e426-5c40-b33f-ab7e13ad5700',0,NULL,0,'{}',NULL,'','High tide is at 14:05 — 🌊.','2026-03-02T09:00:15.250000Z',NULL,'2026-03-02T09:00:15.250000Z','2026-03-02T09:00:16.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('447aaa59-0a96-5fe4-9c75-1f98089b28c1','ada','user_message','ee84050b-1b17-5fe8-9f71-0983f1fceccc',NULL,0,NULL,0,'{}',NULL,'','And in Cuxhaven?','2026-03-02T09:00:40.250000Z',NULL,'2026-03-02T09:00:40.250000Z','2026-03-02T09:00:40.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('bb2d65e7-72af-536d-862f-7408782964b4','on_message','run','ee84050b-1b17-5fe8-9f71-0983f1fceccc','447aaa59-0a96-5fe4-9c75-1f98089b28c1',0,NULL,0,'{}',NULL,'And in Cuxhaven?','','2026-03-02T09:00:40.250000Z',NULL,'2026-03-02T09:00:40.250000Z','2026-03-02T09:00:42.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('52c2593e-b1c7-5c1e-afd6-f98a6a3aad76','look_up','tool','ee84050b-1b17-5fe8-9f71-0983f1fceccc','bb2d65e7-72af-536d-862f-7408782964b4',0,NULL,1,'{}',NULL,'{"harbour":"Cuxhaven"}','TimeoutError: the service did not answer','2026-03-02T09:00:41.250000Z',NULL,'2026-03-02T09:00:41.250000Z','2026-03-02T09:00:42.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('78b0c67b-af1a-5739-b2c8-c80b97aed3a5','Assistant','assistant_message','ee84050b-1b17-5fe8-9f71-0983f1fceccc','bb2d65e7-72af-536d-862f-7408782964b4',0,NULL,1,'{}',NULL,'','I could not find out.','2026-03-02T09:00:42.250000Z',NULL,'2026-03-02T09:00:42.250000Z','2026-03-02T09:00:42.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('f9f0631b-3df7-5fe3-a1cd-372798d8ad90','ada','user_message','8b716256-a1e7-5889-bb07-546edbc11342',NULL,0,NULL,0,'{}',NULL,'','Draw me a chart','2026-03-02T09:01:40.250000Z',NULL,'2026-03-02T09:01:40.250000Z','2026-03-02T09:01:40.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('34b1291c-3aaa-53b4-9494-bd696826e338','on_message','run','8b716256-a1e7-5889-bb07-546edbc11342','f9f0631b-3df7-5fe3-a1cd-372798d8ad90',0,NULL,0,'{}',NULL,'Draw me a chart','','2026-03-02T09:01:40.250000Z',NULL,'2026-03-02T09:01:40.250000Z','2026-03-02T09:01:44.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('54eef9bf-3823-571a-b9df-7ac638df2bd1','plan','undefined','8b716256-a1e7-5889-bb07-546edbc11342','34b1291c-3aaa-53b4-9494-bd696826e338',0,NULL,0,'{}',NULL,'chart','1. data 2. chart','2026-03-02T09:01:41.250000Z',NULL,'2026-03-02T09:01:41.250000Z','2026-03-02T09:01:42.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('a5197238-ab46-50ae-a91c-8558568a5539','search','retrieval','8b716256-a1e7-5889-bb07-546edbc11342','54eef9bf-3823-571a-b9df-7ac638df2bd1',0,NULL,0,'{}',NULL,'tides','[{"id":1},{"id":2}]','2026-03-02T09:01:42.250000Z',NULL,'2026-03-02T09:01:42.250000Z','2026-03-02T09:01:43.250000Z','{}','json',NULL,NULL,0,NULL);
INSERT INTO "steps" VALUES('ab56d72c-5aec-5dde-b86b-3b6a5ff186dd','Assistant','assistant_message','8b716256-a1e7-5889-bb07-546edbc11342','34b1291c-3aaa-53b4-9494-bd696826e338',0,NULL,0,'{}',NULL,'','Here it is.','2026-03-02T09:01:43.250000Z',NULL,'2026-03-02T09:01:43.250000Z','2026-03-02T09:01:44.250000Z','{}','json',NULL,NULL,0,NULL);
CREATE TABLE threads (
    "id" UUID PRIMARY KEY,
    "createdAt" TEXT,
    "name" TEXT,
    "userId" UUID,
    "userIdentifier" TEXT,
    "tags" TEXT[],
    "metadata" JSONB,
    FOREIGN KEY ("userId") REFERENCES users("id") ON DELETE CASCADE
);
INSERT INTO "threads" VALUES('8b716256-a1e7-5889-bb07-546edbc11342','2026-11-20T13:39:29.457319Z','Draw me a chart','95b3cad6-3bae-4f9e-87e8-54ad60194a8a','guest',NULL,'{}');
INSERT INTO "threads" VALUES('bccb45e9-672a-59c1-86ff-8eba4926f256','2026-11-20T13:39:29.479123Z','Nothing was said',NULL,NULL,NULL,'{}');
INSERT INTO "threads" VALUES('ee84050b-1b17-5fe8-9f71-0983f1fceccc','2026-11-20T13:39:29.503004Z',NULL,NULL,NULL,NULL,'{}');
CREATE TABLE users (
    "id" UUID PRIMARY KEY,
    "identifier" TEXT NOT NULL UNIQUE,
    "metadata" JSONB NOT NULL,
    "createdAt" TEXT
);
INSERT INTO "users" VALUES('67e0500e-8d58-41a5-abad-9d6a071ffef7','ada@example.org','{"role": "skipper", "provider": "credentials"}','2026-11-20T13:39:29.394789Z');
INSERT INTO "users" VALUES('95b3cad6-3bae-4f9e-87e8-54ad60194a8a','guest','{}','2026-11-20T13:39:29.421612Z');
COMMIT;

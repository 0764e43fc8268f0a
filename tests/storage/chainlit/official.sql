CREATE TYPE "StepType" AS ENUM ('assistant_message', 'embedding', 'llm', 'retrieval', 'rerank', 'run', 'system_message', 'tool', 'undefined', 'user_message');
CREATE TABLE "Element" (
    "id" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "threadId" TEXT,
    "stepId" TEXT NOT NULL,
    "metadata" JSONB NOT NULL,
    "mime" TEXT,
    "name" TEXT NOT NULL,
    "objectKey" TEXT,
    "url" TEXT,
    "chainlitKey" TEXT,
    "display" TEXT,
    "size" TEXT,
    "language" TEXT,
    "page" INTEGER,
    "props" JSONB,
    CONSTRAINT "Element_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "User" (
    "id" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "metadata" JSONB NOT NULL,
    "identifier" TEXT NOT NULL,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Feedback" (
    "id" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stepId" TEXT,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "comment" TEXT,
    CONSTRAINT "Feedback_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Step" (
    "id" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "parentId" TEXT,
    "threadId" TEXT,
    "input" TEXT,
    "metadata" JSONB NOT NULL,
    "name" TEXT,
    "output" TEXT,
    "type" "StepType" NOT NULL,
    "showInput" TEXT DEFAULT 'json',
    "isError" BOOLEAN DEFAULT false,
    "startTime" TIMESTAMP(3) NOT NULL,
    "endTime" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "Step_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Thread" (
    "id" TEXT NOT NULL DEFAULT gen_random_uuid(),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMP(3),
    "name" TEXT,
    "metadata" JSONB NOT NULL,
    "userId" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    CONSTRAINT "Thread_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "User_identifier_key" ON "User"("identifier");
ALTER TABLE "Element" ADD CONSTRAINT "Element_stepId_fkey" FOREIGN KEY ("stepId") REFERENCES "Step"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Element" ADD CONSTRAINT "Element_threadId_fkey" FOREIGN KEY ("threadId") REFERENCES "Thread"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Feedback" ADD CONSTRAINT "Feedback_stepId_fkey" FOREIGN KEY ("stepId") REFERENCES "Step"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "Step" ADD CONSTRAINT "Step_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Step"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Step" ADD CONSTRAINT "Step_threadId_fkey" FOREIGN KEY ("threadId") REFERENCES "Thread"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Thread" ADD CONSTRAINT "Thread_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

INSERT INTO public."User" (id, "createdAt", "updatedAt", metadata, identifier) VALUES ('58c3764a-7a65-4211-a3d1-1786fd188b9a', '2026-11-20 13:39:11.117', '2026-11-20 13:39:11.117', '{"role": "skipper", "provider": "credentials"}', 'ada@example.org');
INSERT INTO public."User" (id, "createdAt", "updatedAt", metadata, identifier) VALUES ('de1d61ce-8ccb-4cf8-8a7d-61521a3a939e', '2026-11-20 13:39:11.141', '2026-11-20 13:39:11.141', '{}', 'guest');
INSERT INTO public."Thread" (id, "createdAt", "updatedAt", "deletedAt", name, metadata, "userId", tags) VALUES ('ee84050b-1b17-5fe8-9f71-0983f1fceccc', '2026-11-20 13:39:11.146', '2026-11-20 13:39:11.146', NULL, 'When is high tide in Bremerhaven?', '{"chat_profile": "Tides"}', '58c3764a-7a65-4211-a3d1-1786fd188b9a', '{Tides}');
INSERT INTO public."Thread" (id, "createdAt", "updatedAt", "deletedAt", name, metadata, "userId", tags) VALUES ('8b716256-a1e7-5889-bb07-546edbc11342', '2026-11-20 13:39:11.152', '2026-11-20 13:39:11.152', NULL, 'Draw me a chart', '{}', 'de1d61ce-8ccb-4cf8-8a7d-61521a3a939e', '{}');
INSERT INTO public."Thread" (id, "createdAt", "updatedAt", "deletedAt", name, metadata, "userId", tags) VALUES ('bccb45e9-672a-59c1-86ff-8eba4926f256', '2026-11-20 13:39:11.158', '2026-11-20 13:39:11.157', NULL, 'Nothing was said', '{}', NULL, '{}');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('d9e9c362-350a-5c97-a1c5-2b498f56b29c', '2026-11-20 13:39:11.17', '2026-11-20 13:39:11.17', NULL, 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{}', 'on_chat_start', '', 'run', 'json', false, '2026-03-02 09:00:00.25', '2026-03-02 09:00:00.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('cc55a489-2e71-5ebd-ab1f-7a06f979d6c0', '2026-11-20 13:39:11.174', '2026-11-20 13:39:11.174', 'd9e9c362-350a-5c97-a1c5-2b498f56b29c', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{}', 'Assistant', 'Hello! Ask me about tides.', 'assistant_message', 'json', false, '2026-03-02 09:00:01.25', '2026-03-02 09:00:01.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('66a7f0fe-e950-5c25-bb7b-5898553d53b0', '2026-11-20 13:39:11.178', '2026-11-20 13:39:11.178', NULL, 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{"location": "http://localhost"}', 'ada', 'When is high tide in Bremerhaven?', 'user_message', 'json', false, '2026-03-02 09:00:10.25', '2026-03-02 09:00:10.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('f65f258b-e426-5c40-b33f-ab7e13ad5700', '2026-11-20 13:39:11.182', '2026-11-20 13:39:11.182', '66a7f0fe-e950-5c25-bb7b-5898553d53b0', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', 'When is high tide in Bremerhaven?', '{}', 'on_message', '', 'run', 'json', false, '2026-03-02 09:00:10.25', '2026-03-02 09:00:10.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('7ee01617-7141-57c9-ad87-82f75ec877e8', '2026-11-20 13:39:11.186', '2026-11-20 13:39:11.186', 'f65f258b-e426-5c40-b33f-ab7e13ad5700', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '{"harbour":"Bremerhaven"}', '{}', 'look_up', '{"high":"14:05"}', 'tool', 'json', false, '2026-03-02 09:00:11.25', '2026-03-02 09:00:11.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('de54d0c1-fe88-5899-906b-8a8aaa6161c4', '2026-11-20 13:39:11.19', '2026-11-20 13:39:11.19', 'f65f258b-e426-5c40-b33f-ab7e13ad5700', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '[...]', '{}', 'gpt-4o-mini', 'At 14:05.', 'llm', 'json', false, '2026-03-02 09:00:13.25', '2026-03-02 09:00:13.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('3e50a36b-539f-5ad3-a0f5-d56d4e7013f8', '2026-11-20 13:39:11.194', '2026-11-20 13:39:11.194', 'f65f258b-e426-5c40-b33f-ab7e13ad5700', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{}', 'Assistant', 'High tide is at 14:05 — 🌊.', 'assistant_message', 'json', false, '2026-03-02 09:00:15.25', '2026-03-02 09:00:15.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('447aaa59-0a96-5fe4-9c75-1f98089b28c1', '2026-11-20 13:39:11.197', '2026-11-20 13:39:11.197', NULL, 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{}', 'ada', 'And in Cuxhaven?', 'user_message', 'json', false, '2026-03-02 09:00:40.25', '2026-03-02 09:00:40.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('bb2d65e7-72af-536d-862f-7408782964b4', '2026-11-20 13:39:11.202', '2026-11-20 13:39:11.202', '447aaa59-0a96-5fe4-9c75-1f98089b28c1', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', 'And in Cuxhaven?', '{}', 'on_message', '', 'run', 'json', false, '2026-03-02 09:00:40.25', '2026-03-02 09:00:40.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('52c2593e-b1c7-5c1e-afd6-f98a6a3aad76', '2026-11-20 13:39:11.206', '2026-11-20 13:39:11.206', 'bb2d65e7-72af-536d-862f-7408782964b4', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '{"harbour":"Cuxhaven"}', '{}', 'look_up', 'TimeoutError: the service did not answer', 'tool', 'json', true, '2026-03-02 09:00:41.25', '2026-03-02 09:00:41.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('78b0c67b-af1a-5739-b2c8-c80b97aed3a5', '2026-11-20 13:39:11.21', '2026-11-20 13:39:11.21', 'bb2d65e7-72af-536d-862f-7408782964b4', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '', '{}', 'Assistant', 'I could not find out.', 'assistant_message', 'json', true, '2026-03-02 09:00:42.25', '2026-03-02 09:00:42.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('f9f0631b-3df7-5fe3-a1cd-372798d8ad90', '2026-11-20 13:39:11.214', '2026-11-20 13:39:11.214', NULL, '8b716256-a1e7-5889-bb07-546edbc11342', '', '{}', 'ada', 'Draw me a chart', 'user_message', 'json', false, '2026-03-02 09:01:40.25', '2026-03-02 09:01:40.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('34b1291c-3aaa-53b4-9494-bd696826e338', '2026-11-20 13:39:11.218', '2026-11-20 13:39:11.218', 'f9f0631b-3df7-5fe3-a1cd-372798d8ad90', '8b716256-a1e7-5889-bb07-546edbc11342', 'Draw me a chart', '{}', 'on_message', '', 'run', 'json', false, '2026-03-02 09:01:40.25', '2026-03-02 09:01:40.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('54eef9bf-3823-571a-b9df-7ac638df2bd1', '2026-11-20 13:39:11.222', '2026-11-20 13:39:11.222', '34b1291c-3aaa-53b4-9494-bd696826e338', '8b716256-a1e7-5889-bb07-546edbc11342', 'chart', '{}', 'plan', '1. data 2. chart', 'undefined', 'json', false, '2026-03-02 09:01:41.25', '2026-03-02 09:01:41.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('a5197238-ab46-50ae-a91c-8558568a5539', '2026-11-20 13:39:11.226', '2026-11-20 13:39:11.226', '54eef9bf-3823-571a-b9df-7ac638df2bd1', '8b716256-a1e7-5889-bb07-546edbc11342', 'tides', '{}', 'search', '[{"id":1},{"id":2}]', 'retrieval', 'json', false, '2026-03-02 09:01:42.25', '2026-03-02 09:01:42.25');
INSERT INTO public."Step" (id, "createdAt", "updatedAt", "parentId", "threadId", input, metadata, name, output, type, "showInput", "isError", "startTime", "endTime") VALUES ('ab56d72c-5aec-5dde-b86b-3b6a5ff186dd', '2026-11-20 13:39:11.23', '2026-11-20 13:39:11.23', '34b1291c-3aaa-53b4-9494-bd696826e338', '8b716256-a1e7-5889-bb07-546edbc11342', '', '{}', 'Assistant', 'Here it is.', 'assistant_message', 'json', false, '2026-03-02 09:01:43.25', '2026-03-02 09:01:43.25');
INSERT INTO public."Element" (id, "createdAt", "updatedAt", "threadId", "stepId", metadata, mime, name, "objectKey", url, "chainlitKey", display, size, language, page, props) VALUES ('dca958ed-c2ce-541a-805f-1a3d81f64ce1', '2026-11-20 13:39:11.283', '2026-11-20 13:39:11.283', '8b716256-a1e7-5889-bb07-546edbc11342', 'ab56d72c-5aec-5dde-b86b-3b6a5ff186dd', '{"page": null, "size": "large", "type": "image", "display": "inline", "language": null}', 'image/png', 'chart.png', 'threads/8b716256-a1e7-5889-bb07-546edbc11342/files/dca958ed-c2ce-541a-805f-1a3d81f64ce1', NULL, NULL, 'inline', 'large', NULL, NULL, '{}');
INSERT INTO public."Element" (id, "createdAt", "updatedAt", "threadId", "stepId", metadata, mime, name, "objectKey", url, "chainlitKey", display, size, language, page, props) VALUES ('e3331d3a-dbb3-5202-9c3f-2137d16c4aa7', '2026-11-20 13:39:11.29', '2026-11-20 13:39:11.29', 'ee84050b-1b17-5fe8-9f71-0983f1fceccc', '66a7f0fe-e950-5c25-bb7b-5898553d53b0', '{"page": null, "size": null, "type": "file", "display": "side", "language": null}', 'application/pdf', 'map.pdf', NULL, 'https://example.org/map.pdf', NULL, 'side', NULL, NULL, NULL, '{}');
INSERT INTO public."Feedback" (id, "createdAt", "updatedAt", "stepId", name, value, comment) VALUES ('27eff351-6188-5221-a0bb-a33f646267f6', '2026-11-20 13:39:11.293', '2026-11-20 13:39:11.293', '3e50a36b-539f-5ad3-a0f5-d56d4e7013f8', 'user_feedback', 1, 'spot on');
INSERT INTO public."Feedback" (id, "createdAt", "updatedAt", "stepId", name, value, comment) VALUES ('acef4346-d4f8-5f37-aebc-274121cf2fed', '2026-11-20 13:39:11.297', '2026-11-20 13:39:11.297', '78b0c67b-af1a-5739-b2c8-c80b97aed3a5', 'user_feedback', 0, NULL);

"""Every attribute key that Spanlit writes, and the older names that it also reads.

Sources: OpenTelemetry semantic conventions for generative AI (repository
`open-telemetry/semantic-conventions-genai`, development status, November 2026); OpenInference
for `input.value`, `output.value` and `openinference.span.kind`, because OpenTelemetry has no key
for the input and output of a step that is neither a model call nor a tool call, and no operation
for chains, rerankings and guardrails; most backends read these.
Keys below `spanlit.` are facts of the chat that no convention covers.
"""

# --- OpenTelemetry GenAI ------------------------------------------------------------------
OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
CONVERSATION_ID = "gen_ai.conversation.id"
AGENT_NAME = "gen_ai.agent.name"
WORKFLOW_NAME = "gen_ai.workflow.name"
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_CALL_RESULT = "gen_ai.tool.call.result"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
RETRIEVAL_QUERY = "gen_ai.retrieval.query.text"
RETRIEVAL_DOCUMENTS = "gen_ai.retrieval.documents"
EVALUATION_NAME = "gen_ai.evaluation.name"
EVALUATION_VALUE = "gen_ai.evaluation.score.value"
EVALUATION_LABEL = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation"

# --- OpenTelemetry, general ---------------------------------------------------------------
ERROR_TYPE = "error.type"
SESSION_ID = "session.id"
USER_ID = "user.id"
MCP_METHOD = "mcp.method.name"

# --- OpenInference ------------------------------------------------------------------------
INPUT_VALUE = "input.value"
INPUT_MIME = "input.mime_type"
OUTPUT_VALUE = "output.value"
OUTPUT_MIME = "output.mime_type"
OPENINFERENCE_KIND = "openinference.span.kind"

# --- OpenLLMetry, read only ---------------------------------------------------------------
TRACELOOP_KIND = "traceloop.span.kind"

# --- Spanlit ------------------------------------------------------------------------------
KIND = "spanlit.kind"
STEP_TYPE = "spanlit.step.type"
STEP_TAGS = "spanlit.step.tags"
STEP_LANGUAGE = "spanlit.step.language"
STEP_ICON = "spanlit.step.icon"
STEP_SHOW_INPUT = "spanlit.step.show_input"
STEP_DEFAULT_OPEN = "spanlit.step.default_open"
STEP_AUTO_COLLAPSE = "spanlit.step.auto_collapse"
STEP_METADATA = "spanlit.step.metadata"
MESSAGE_ROLE = "spanlit.message.role"
MESSAGE_AUTHOR = "spanlit.message.author"
MESSAGE_IS_ERROR = "spanlit.message.is_error"
COMMAND_ID = "spanlit.command.id"
CANCELLED = "spanlit.cancelled"
DOCUMENT_COUNT = "spanlit.document_count"
COST_USD = "spanlit.cost_usd"
SCORE_SOURCE = "spanlit.score.source"
SCORE_BY = "spanlit.score.by"
SCORE_REASONS = "spanlit.score.reasons"
TRUNCATED = "spanlit.truncated"
INPUT_BLOB = "spanlit.input.blob"
INPUT_SIZE = "spanlit.input.size"
OUTPUT_BLOB = "spanlit.output.blob"
OUTPUT_SIZE = "spanlit.output.size"
ATTRIBUTES_BLOB = "spanlit.attributes.blob"
ATTRIBUTES_SIZE = "spanlit.attributes.size"

BLOB_KEYS = (INPUT_BLOB, OUTPUT_BLOB, ATTRIBUTES_BLOB)
"""Where a span refers to blobs, by their keys: values that were too large for its row."""

# --- Chainlit: what its database says of a step and no key above does ---------------------
CHAINLIT_ID = "chainlit.id"
CHAINLIT_COMMAND = "chainlit.command"
CHAINLIT_GENERATION = "chainlit.generation"

CONTENT_KEYS = frozenset(
    {
        CHAINLIT_GENERATION,
        INPUT_VALUE,
        OUTPUT_VALUE,
        INPUT_MESSAGES,
        OUTPUT_MESSAGES,
        SYSTEM_INSTRUCTIONS,
        TOOL_CALL_ARGUMENTS,
        TOOL_CALL_RESULT,
        RETRIEVAL_QUERY,
        RETRIEVAL_DOCUMENTS,
        STEP_METADATA,
    }
)
"""What people and models said: dropped from external exports when content export is off."""

CONTENT_PREFIXES = (
    "gen_ai.prompt.",
    "gen_ai.completion.",
    "gen_ai.content.",
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.prompts.",
    "retrieval.documents.",
    "reranker.input_documents.",
    "reranker.output_documents.",
    "embedding.embeddings.",
    "traceloop.entity.",
)
"""Content in keys that carry an index: OpenInference, OpenLLMetry, and prompt variables."""

ALIASES: dict[str, str] = {
    "gen_ai.system": PROVIDER_NAME,
    "gen_ai.usage.prompt_tokens": INPUT_TOKENS,
    "gen_ai.usage.completion_tokens": OUTPUT_TOKENS,
    "gen_ai.usage.cache_read_input_tokens": CACHE_READ_TOKENS,
    "gen_ai.usage.cache_creation.input_tokens": CACHE_WRITE_TOKENS,
    "gen_ai.usage.cache_creation_input_tokens": CACHE_WRITE_TOKENS,
    "gen_ai.usage.reasoning_tokens": REASONING_TOKENS,
    "llm.model_name": REQUEST_MODEL,
    "llm.provider": PROVIDER_NAME,
    "llm.token_count.prompt": INPUT_TOKENS,
    "llm.token_count.completion": OUTPUT_TOKENS,
    "llm.token_count.prompt_details.cache_read": CACHE_READ_TOKENS,
    "llm.token_count.prompt_details.cache_write": CACHE_WRITE_TOKENS,
    "llm.token_count.completion_details.reasoning": REASONING_TOKENS,
    "traceloop.entity.input": INPUT_VALUE,
    "traceloop.entity.output": OUTPUT_VALUE,
    "gen_ai.prompt": INPUT_MESSAGES,
    "gen_ai.completion": OUTPUT_MESSAGES,
}
"""Key of an older convention or emitter -> the key of today. Readers accept both."""

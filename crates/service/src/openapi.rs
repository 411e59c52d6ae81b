//! In: the endpoints' own descriptions. Out: the `OpenAPI` document, at `/openapi.json`. Next: `reference` makes a page
//! of it.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi as Document};
use utoipa::{Modify, OpenApi};

/// What stands above the endpoints.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Coding Service",
        description = "Turns a job title and tasks into an official Australian occupation code. Speaks the API of the \
            Whole-of-Australian-Government Occupation Coding Service; every path under /v1 is also served without it.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    security(("token" = [])),
    modifiers(&Schemes),
    tags(
        (name = "Authentication", description = "One token an hour, shared by all calls"),
        (name = "Topics and models", description = "What can be coded to, and with what"),
        (name = "Synchronous coding", description = "One record, or a small batch of up to 300"),
        (name = "Asynchronous batch coding", description = "A file of up to millions of records; for partners only"),
        (name = "Reporting issues", description = "Whom to tell of a weakness"),
    ),
)]
struct Head;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Document) {
        let client = HttpBuilder::new()
            .scheme(HttpAuthScheme::Basic)
            .description(Some("The client's id and secret"))
            .build();
        let token = ApiKeyValue::with_description("Authorization", "The token, bare or after 'Bearer '");
        let components = document.components.get_or_insert_with(Components::new);
        components.add_security_scheme("client", SecurityScheme::Http(client));
        components.add_security_scheme("token", SecurityScheme::ApiKey(ApiKey::Header(token)));
    }
}

/// The document without its endpoints.
pub(crate) fn head() -> Document {
    Head::openapi()
}

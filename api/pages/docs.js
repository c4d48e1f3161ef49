"use strict";

async function show() {
  const spec = await (await fetch("/openapi.json")).json();
  // This Swagger UI knows OpenAPI 3.0 and shows what is new in 3.1 as far as it matters here.
  spec.openapi = "3.0.3";
  SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "none",
    persistAuthorization: false,
    validatorUrl: null, // no other host is asked about our document
    supportedSubmitMethods: ["get", "put", "post", "delete", "options", "head", "patch"],
    requestInterceptor: async (request) => {
      if (request.method && request.method !== "GET" && !request.headers.Authorization) {
        const session = await fetch("/v1/session");
        if (session.ok) request.headers["X-CSRF-Token"] = (await session.json()).csrf;
      }
      return request;
    },
  });
}

show();

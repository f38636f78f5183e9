window.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  // null: the badge would ask a validator on the internet.
  validatorUrl: null,
});

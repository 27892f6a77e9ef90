// A real OpenID provider for tests, told what it needs in JSON by its one argument. Its sign-in page takes any password.
const { lib, client, accounts } = JSON.parse(process.argv[2]);
const { createServer } = await import("node:http");
const { default: Provider } = await import(lib);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [client.redirect_url],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // Whoever asks for the scope of a claim finds it in the token itself, as with the large providers.
    conformIdTokenClaims: false,
    cookies: { keys: ["a key for tests"] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_, id) => {
      const account = accounts.find((one) => one.login === id);
      return account && {
        accountId: id,
        claims: () => ({ sub: id, name: account.name, email: account.email, email_verified: account.is_verified }),
      };
    },
  });
  server.on("request", provider.callback());
  console.log(`Serving ${issuer}`);
});

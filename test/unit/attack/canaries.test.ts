import {describe, expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

/** Secrets without a shape of their own, and a few with one. */
const S = 'Vn3kQ8wLp0'
const S2 = 'Ty5mW2zRx9'
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlMTIz'
const PEM = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'

type Case = readonly ['log' | 'dump', string] | readonly ['object', KubeObject]
const log = (text: string): Case => ['log', text]
const dump = (document: object): Case => ['dump', JSON.stringify(document, null, 1)]
const obj = ({
  metadata,
  ...rest
}: {
  readonly kind: string
  readonly metadata?: object
  readonly [field: string]: unknown
}): Case => ['object', {apiVersion: 'v1', metadata: {name: 'x', namespace: 'd', ...metadata}, ...rest} as KubeObject]
const annotation = (value: string, name = 'some/annotation') =>
  obj({kind: 'Pod', metadata: {annotations: {[name]: value, kept: 'kept'}}})
const filter = (value: object) =>
  obj({kind: 'EnvoyFilter', spec: {configPatches: [{applyTo: 'HTTP_FILTER', patch: {operation: 'ADD', value}}]}})
const mesh = (value: string, entry = 'mesh') =>
  obj({kind: 'ConfigMap', metadata: {name: 'istio'}, data: {[entry]: value}})

/** Ways in which programs, people, Kubernetes, Istio and Envoy write secrets. */
const CASES: Readonly<Record<string, Case>> = {
  // log lines
  'log kv quoted': log(`info connecting password="${S}" user=kept`),
  'log logfmt': log(`level=info msg="kept" db_pass=${S}`),
  'log zap json escaped': log(`{"level":"info","msg":"{\\"password\\":\\"${S}\\"}"}`),
  'log go map': log(`map[password:${S} user:kept]`),
  'log go struct': log(`{User:kept Password:${S} Host:h}`),
  'log go struct %#v': log(`&config{User:"kept", Password:"${S}"}`),
  'log python dict': log(`{'user': 'kept', 'password': '${S}'}`),
  'log python repr obj': log(`Config(user='kept', password='${S}')`),
  'log ruby hash': log(`{:user=>"kept", :password=>"${S}"}`),
  'log ruby hash str': log(`{"user"=>"kept", "password"=>"${S}"}`),
  'log php': log(`array('password' => '${S}')`),
  'log java props': log(`spring.datasource.password=${S}`),
  'log java record': log(`DbConfig[user=kept, password=${S}]`),
  'log http header': log(`> Authorization: Basic dXNlcjpQNHNzVzByZA==`),
  'log http header bearer short': log(`> Authorization: Bearer ${S}`),
  'log digest': log(`Authorization: Digest username="x", response="${S}"`),
  'log aws sig': log(
    `Authorization: AWS4-HMAC-SHA256 Credential=AKIAABCDEFGHIJKLMNOP/x, SignedHeaders=host, Signature=${S}`,
  ),
  'log cookie': log(`Cookie: session=${S}; theme=dark`),
  'log set-cookie': log(`Set-Cookie: sid=${S}; Path=/`),
  'log envoy debug': log(`[debug] ':authority', 'kept'\n'authorization', 'Basic ${S}'\n'cookie', 'a=${S2}'`),
  'log envoy debug2': log(`request headers complete: ':path', '/kept' 'x-auth-token', '${S}'`),
  'log url pass': log(`dial postgres://kept:${S}@db:5432/x`),
  'log url pass with @': log(`dial postgres://kept:${S}@${S2}@db:5432/x`),
  'log url pass with slash': log(`amqp://kept:${S}%2F@mq/`),
  'log url no user': log(`redis://:${S}@redis:6379/0`),
  'log url query token': log(`GET /kept?access_token=${S}&z=1`),
  'log url query key': log(`GET /maps?key=AIzaSyA1234567890abcdefghijklmnopqrstuv&x=kept`),
  'log url query apikey': log(`GET /kept?apikey=${S}`),
  'log url query code': log(`GET /callback?client_secret=${S}&z=1`),
  'log dsn mysql': log(`user:${S}@tcp(db:3306)/kept`),
  'log jdbc': log(`jdbc:postgresql://h/db?user=kept&password=${S}`),
  'log jdbc sqlserver': log(`jdbc:sqlserver://h;user=kept;password=${S};encrypt=true`),
  'log oracle': log(`jdbc:oracle:thin:kept/${S}@//h:1521/x`),
  'log odbc': log(`Driver=x;Server=h;Uid=kept;Pwd=${S};`),
  'log libpq': log(`host=h user=kept password='${S}' dbname=x`),
  'log azure conn': log(`DefaultEndpointsProtocol=https;AccountName=kept;AccountKey=${S}abc123==;EndpointSuffix=core`),
  'log azure sb': log(`Endpoint=sb://h/;SharedAccessKeyName=kept;SharedAccessKey=${S}abc=`),
  'log cli -p': log(`mysql -u kept -p${S} db`),
  'log cli -u': log(`curl -u kept:${S} https://h/`),
  'log cli --user': log(`curl --user kept:${S} https://h/`),
  'log cli --pass': log(`redis-cli -a ${S} ping`),
  'log cli --password sp': log(`psql --password ${S}`),
  'log cli --token q': log(`run --token '${S} x'`),
  'log export': log(`export DB_PASSWORD=${S}`),
  'log ps sh': log(`sh -c 'DB_PASSWORD="${S}" run'`),
  'log jwt': log(`token is ${JWT} kept`),
  'log pem oneline': log(`key: -----BEGIN RSA PRIVATE KEY-----\\n${PEM}\\n-----END RSA PRIVATE KEY-----\\n kept`),
  'log pem no nl': log(`-----BEGIN PRIVATE KEY----- ${PEM} -----END PRIVATE KEY----- kept`),
  'log pem multi ts': log(`2026 x -----BEGIN PRIVATE KEY-----\n2026 x ${PEM}\n2026 x -----END PRIVATE KEY-----\nkept`),
  'log pem ec': log(`-----BEGIN EC PRIVATE KEY-----\n${PEM}\n-----END EC PRIVATE KEY-----`),
  'log pem openssh': log(`-----BEGIN OPENSSH PRIVATE KEY-----\n${PEM}\n-----END OPENSSH PRIVATE KEY-----`),
  'log pem cut (start missing)': log(`${PEM}\n-----END PRIVATE KEY-----\nkept`),
  'log pem b64': log(
    Buffer.from(`-----BEGIN PRIVATE KEY-----\n${PEM}\n-----END PRIVATE KEY-----\n`).toString('base64'),
  ),
  'log pem b64url escaped %': log(
    encodeURIComponent(`-----BEGIN PRIVATE KEY-----\n${PEM}\n-----END PRIVATE KEY-----\n`),
  ),
  'log yaml block': log(`password: |\n  ${S}\n  ${S2}\nkept: 1`),
  'log yaml folded': log(`a:\n  secret: >-\n    ${S}\n  kept: 1`),
  'log yaml next line': log(`password:\n  ${S}\nkept: 1\n`),
  'log yaml list of secrets': log(`passwords:\n- ${S}\n- ${S2}\nkept: 1\n`),
  'log yaml flow': log(`{password: ${S}, kept: 1}`),
  'log yaml flow list': log(`tokens: [${S}, ${S2}]\nkept: 1\n`),
  'log yaml quoted key': log(`"password": "${S}"\nkept: 1`),
  'log yaml comment': log(`# password: ${S}\nkept: 1`),
  'log yaml tag': log(`password: !!str ${S}\nkept: 1\n`),
  'log yaml anchor': log(`password: &pw ${S}\nkept: 1\n`),
  'log toml': log(`[db]\npassword = '${S}'\nkept = 1`),
  'log xml attr': log(`<user name="kept" password="${S}"/>`),
  'log xml elem': log(`<password>${S}</password><a>kept</a>`),
  'log xml elem ns': log(`<wsse:Password Type="x">${S}</wsse:Password>`),
  'log json num': log(`{"pin_password": 83749201, "kept":1}`),
  'log json array': log(`{"tokens": ["${S}","${S2}"], "kept":1}`),
  'log json obj': log(`{"password": {"value": "${S}"}, "kept":1}`),
  'log json nested creds': log(`{"credentials": {"user":"u9", "data": "${S}"}, "kept":1}`),
  'log json single-esc': log(`'{\\'password\\': \\'${S}\\'}' kept`),
  'log json unicode esc': log(`{"pass\\u0077ord":"${S}","kept":1}`),
  'log json url-encoded': log(`body=%7B%22password%22%3A%22${S}%22%7D kept`),
  'log form': log(`body: grant_type=password&username=kept&password=${S}`),
  'log htpasswd': log(`admin:$apr1$abcdefgh$${S}12345678901 kept`),
  'log bcrypt': log(`admin:$2y$10$abcdefghijklmnopqrstuu${S}ABCDEFGHIJKLMNOPQRSTU kept`),
  'log shadow': log(`root:$6$saltsalt$${S}abcdefghijklmnopqrstuvwxyz:18000::`),
  'log netrc': log(`machine h login kept password ${S}`),
  'log npmrc': log(`//registry.npmjs.org/:_authToken=${S}`),
  'log docker': log(`{"auths":{"h":{"username":"kept","password":"${S}","auth":"dTpWbjNrUTh3THAw"}}}`),
  'log aws ini': log(`[default]\naws_access_key_id = AKIAABCDEFGHIJKLMNOP\naws_secret_access_key = ${S}/abc\n`),
  'log aws session': log(`aws_session_token=${S}`),
  'log kubeconfig': log(`users:\n- name: kept\n  user:\n    client-key-data: ${S}abc=\n    token: ${S2}\n`),
  'log github': log(`ghp_abcdefghijklmnopqrstuvwxyz0123456789 kept`),
  'log gcp refresh': log(`refresh: 1//0gAbCdEfGhIjKlMnOpQrStUvWxYz-abc kept`),
  'log telegram': log(`https://api.telegram.org/bot123456789:AAabcdefghijklmnopqrstuvwxyz0123456/sendMessage kept`),
  'log discord': log(`https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyzABCDEFGHIJ kept`),
  'log teams webhook': log(
    `https://x.webhook.office.com/webhookb2/abc/IncomingWebhook/abcdefabcdefabcdefabcdefabcdefab/x kept`,
  ),
  'log twilio': log(`SK0123456789abcdef0123456789abcdef kept`),
  'log openai': log(`sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD kept`),
  'log anthropic': log(`sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789 kept`),
  'log mailgun': log(`key-0123456789abcdef0123456789abcdef kept`),
  'log mailchimp': log(`0123456789abcdef0123456789abcdef-us12 kept`),
  'log datadog': log(`DD_API_KEY=${S} kept`),
  'log newrelic': log(`NRAK-ABCDEFGHIJKLMNOPQRSTUVWXYZ1 kept`),
  'log databricks': log(`dapi0123456789abcdef0123456789abcdef kept`),
  'log hf': log(`hf_abcdefghijklmnopqrstuvwxyzABCDEFGH kept`),
  'log vault legacy': log(`X-Vault-Token: s.abcdefghijklmnopqrstuvwx kept`),
  'log consul': log(`CONSUL_HTTP_TOKEN=b1gs33cr-3t00-0000-0000-${S} kept`),
  'log grafana': log(`glsa_abcdefghijklmnopqrstuvwxyz012345_abcdef01 kept`),
  'log linear': log(`lin_api_abcdefghijklmnopqrstuvwxyz01234567890123 kept`),
  'log figma': log(`figd_abcdefghijklmnopqrstuvwxyz0123456789ABCD kept`),
  'log pulumi': log(`pul-0123456789abcdef0123456789abcdef01234567 kept`),
  'log tf cloud': log(
    `abcdefghijklmn.atlasv1.abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz012345 kept`,
  ),
  'log doppler': log(`dp.pt.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG kept`),
  'log planetscale': log(`pscale_pw_abcdefghijklmnopqrstuvwxyz0123456789ABCD kept`),
  'log sentry dsn': log(`https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1 kept`),
  'log pgp': log(`-----BEGIN PGP PRIVATE KEY BLOCK-----\n${PEM}\n-----END PGP PRIVATE KEY BLOCK-----`),
  'log age': log(`AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ kept`),
  'log jwk': log(`{"kty":"oct","k":"${S}abcdefghijkl","alg":"HS256"}`),
  'log jwk rsa': log(`{"kty":"RSA","n":"kept","d":"${S}abcdefghijkl"}`),
  'log hmac': log(`hmac_secret: ${S}`),
  'log salt': log(`signing_key="${S}"`),
  'log totp': log(`otpauth://totp/kept?secret=${S}&issuer=x`),
  'log basic raw': log(`sending Basic dXNlcjpWbjNrUTh3THAw to kept`),
  'log proxy-auth': log(`proxy-authorization: ${S}`),
  'log x-amz-sec': log(`x-amz-security-token: ${S}`),
  'log x-auth': log(`X-Auth: ${S}`),
  'log sas': log(`?sv=2020&sig=${S}%3D&se=kept`),
  'log gcs sig': log(`?X-Goog-Date=kept&X-Goog-Signature=${S}`),
  'log cf sig': log(`?Expires=1&Signature=${S}&Key-Pair-Id=K1`),
  'log sentence password is': log(`the password is ${S} kept`),
  'log password for': log(`using password '${S}' for kept`),
  'log password colon': log(`Generated admin password: ${S} kept`),
  'log token: in prose': log(`got token: ${S} kept`),
  'log pass colon space prose': log(`Login with user kept and pass: ${S}`),
  'log arrow': log(`password -> ${S} kept`),
  'log colon eq': log(`password := "${S}" // kept`),
  'log fullwidth cyr': log(`пароль=kept password=${S}`),
  'log uppercase': log(`PASSWORD=${S} KEPT=kept`),
  'log mixed dots': log(`db.password.prod=${S} kept=1`),
  'log suffix': log(`PASSWORD_OLD=${S} PASSWORD2=${S2} kept=1`),
  'log pgpassword': log(`PGPASSWORD=${S} MYSQL_PWD=${S2} psql kept`),
  'log redispass': log(`REDISCLI_AUTH=${S} kept`),
  'log requirepass': log(`requirepass ${S}\nkept 1`),
  'log masterauth': log(`masterauth ${S}`),
  'log smtp': log(`SMTP_PASSWD=${S}`),
  'log ldap': log(`bindpw=${S} bind_pw: ${S2}`),
  'log encryption': log(`encryptionKey: ${S}`),
  'log cookie_secret': log(`--cookie-secret=${S}`),
  'log hexkey': log(`SECRET_KEY_BASE=0123456789abcdef${S}`),
  'log rails': log(`RAILS_MASTER_KEY=${S}`),
  'log nested quotes': log(`cmd="run --password='${S}' --kept"`),
  'log esc nl in json': log(`{"log":"DB_PASSWORD=${S}\\nkept=1\\n","stream":"stdout"}`),
  'log b64 json dockercfg': log(
    `.dockerconfigjson: ${Buffer.from(`{"auths":{"h":{"auth":"${S}"}}}`).toString('base64')}`,
  ),
  // objects
  'obj secret data': obj({kind: 'Secret', data: {a: S}, stringData: {b: S2}}),
  'obj secretlist nested': obj({kind: 'List', items: [{kind: 'Secret', metadata: {name: 'k'}, data: {a: S}}]}),
  'obj cm other': obj({kind: 'ConfigMap', metadata: {name: 'app'}, data: {a: S}}),
  'obj cm istio plain': mesh(
    `defaultConfig:\n  tracing:\n    zipkin:\n      address: kept\nextensionProviders:\n- name: x\n  envoyExtAuthzHttp:\n    headersToUpstreamOnAllow: [kept]\n- name: y\n  opentelemetry:\n    http:\n      headers:\n      - name: Authorization\n        value: "Api-Token ${S}"\n      - name: "x-honeycomb-team"\n        value: ${S2}\n`,
  ),
  'obj cm istio values json': mesh(
    JSON.stringify({
      global: {imagePullSecrets: [], proxy: {x: 'kept'}},
      meshConfig: {defaultConfig: {proxyMetadata: {FOO: S}}},
      pilot: {env: {BAR: S2}},
    }),
    'values',
  ),
  'obj cm meshnetworks': mesh(`networks: {}\npassword: ${S}\nkept: 1`, 'meshNetworks'),
  'obj env': obj({kind: 'Pod', spec: {containers: [{name: 'app', env: [{name: 'A', value: S}]}]}}),
  'obj env proxy custom': obj({
    kind: 'Pod',
    spec: {
      containers: [
        {
          name: 'istio-proxy',
          env: [
            {name: 'PROXY_CONFIG', value: JSON.stringify({proxyMetadata: {FOO: S}, concurrency: 2})},
            {name: 'ISTIO_META_X_TOKEN', value: S2},
          ],
        },
      ],
    },
  }),
  'obj env ISTIO_METAJSON': obj({
    kind: 'Pod',
    spec: {
      containers: [
        {name: 'istio-proxy', env: [{name: 'ISTIO_METAJSON_ANNOTATIONS', value: JSON.stringify({'a/password': S})}]},
      ],
    },
  }),
  'obj deploy env': obj({
    kind: 'Deployment',
    spec: {
      template: {
        spec: {containers: [{name: 'a', env: [{name: 'Q', value: S}], command: ['sh', '-c', `curl -u u:${S2} h`]}]},
      },
    },
  }),
  'obj args two': obj({kind: 'Pod', spec: {containers: [{name: 'a', args: ['--db-password', S, '-p', 'kept']}]}}),
  'obj args sh': obj({
    kind: 'Pod',
    spec: {containers: [{name: 'a', args: ['sh', '-c', `MYSQL_PWD=${S} mysql -p${S2}`]}]},
  }),
  'obj args -p': obj({kind: 'Pod', spec: {containers: [{name: 'a', args: ['redis-server', '--requirepass', S]}]}}),
  'obj args -a': obj({kind: 'Pod', spec: {containers: [{name: 'a', command: ['redis-cli', '-a', S]}]}}),
  'obj args curl -u': obj({kind: 'Pod', spec: {containers: [{name: 'a', command: ['curl', '-u', `kept:${S}`]}]}}),
  'obj args -H': obj({kind: 'Pod', spec: {containers: [{name: 'a', command: ['curl', '-H', `X-Token: ${S}`]}]}}),
  'obj probe exec': obj({
    kind: 'Pod',
    spec: {containers: [{name: 'a', livenessProbe: {exec: {command: ['mysqladmin', `--password=${S}`, 'ping']}}}]},
  }),
  'obj probe header': obj({
    kind: 'Pod',
    spec: {
      containers: [
        {name: 'a', readinessProbe: {httpGet: {httpHeaders: [{name: 'Authorization', value: `Basic ${S}`}]}}},
      ],
    },
  }),
  'obj lifecycle': obj({
    kind: 'Pod',
    spec: {
      containers: [
        {name: 'a', lifecycle: {postStart: {exec: {command: ['sh', '-c', `vault login ${`hvs.${S}abcdefgh`}`]}}}},
      ],
    },
  }),
  'obj last applied': annotation(
    JSON.stringify({kind: 'Secret', data: {a: S}}),
    'kubectl.kubernetes.io/last-applied-configuration',
  ),
  'obj helm annotation': annotation(`password: ${S}`, 'helm/values'),
  'obj ann token key': annotation(S, 'vault.example.com/token'),
  'obj ann vault tmpl': annotation(
    `{{ with secret "kept" }}password=${S}{{ end }}`,
    'vault.hashicorp.com/agent-inject-template-x',
  ),
  'obj ann proxymeta yaml flow': annotation(`{proxyMetadata: {FOO: ${S}, BAR_PW: "${S2}"}}`, 'proxy.istio.io/config'),
  'obj ann proxymeta json': annotation(JSON.stringify({proxyMetadata: {FOO: S}}), 'proxy.istio.io/config'),
  'obj ann proxymeta pretty': annotation(JSON.stringify({proxyMetadata: {FOO: S}}, null, 2), 'proxy.istio.io/config'),
  'obj ann proxymeta quoted yaml': annotation(
    `"proxyMetadata":\n  "FOO": '${S}'\nconcurrency: 2\n`,
    'proxy.istio.io/config',
  ),
  'obj ann proxymeta multi': annotation(
    `proxyMetadata:\n  FOO: |\n    ${S}\nconcurrency: 2\n`,
    'proxy.istio.io/config',
  ),
  'obj label': obj({kind: 'Pod', metadata: {labels: {'api-token': S}}}),
  'obj vs header set': obj({
    kind: 'VirtualService',
    spec: {http: [{headers: {request: {set: {'X-Api-Key': S, kept: 'kept'}}}}]},
  }),
  'obj vs header match': obj({
    kind: 'VirtualService',
    spec: {http: [{match: [{headers: {authorization: {exact: `Bearer ${S}`}}, queryParams: {token: {exact: S2}}}]}]},
  }),
  'obj vs header add': obj({
    kind: 'VirtualService',
    spec: {http: [{headers: {response: {add: {'Set-Cookie': `s=${S}`}}}}]},
  }),
  'obj ap when': obj({
    kind: 'AuthorizationPolicy',
    spec: {
      rules: [
        {
          when: [
            {key: 'request.headers[x-api-key]', values: [S]},
            {key: 'request.headers[Authorization]', notValues: [S2]},
          ],
        },
      ],
    },
  }),
  'obj ra jwks': obj({
    kind: 'RequestAuthentication',
    spec: {jwtRules: [{issuer: 'kept', jwks: JSON.stringify({keys: [{kty: 'oct', k: `${S}abcdefghij`}]})}]},
  }),
  'obj wasm config': obj({
    kind: 'WasmPlugin',
    spec: {pluginConfig: {api_key: S, nested: {password: S2}}, vmConfig: {env: [{name: 'FOO', value: S}]}},
  }),
  'obj wasm url': obj({kind: 'WasmPlugin', spec: {url: `https://u:${S}@h/x.wasm`}}),
  'obj tel': obj({kind: 'Telemetry', spec: {tracing: [{customTags: {api_token: {literal: {value: S}}}}]}}),
  'obj ef lua inline': filter({
    typed_config: {
      inlineCode: `function envoy_on_request(h)\n h:headers():add("authorization", "Basic ${S}")\n h:headers():replace('x-api-key', '${S2}')\nend`,
    },
  }),
  'obj ef lua var': filter({
    typed_config: {default_source_code: {inline_string: `local token = '${S}'\nlocal s = {password = "${S2}"}`}},
  }),
  'obj ef lua long': filter({typed_config: {inlineCode: `local api_key = [[${S}]]`}}),
  'obj ef lua httpcall': filter({
    typed_config: {inlineCode: `h:httpCall("c",{[":method"]="GET",["authorization"]="${S}"},"",5)`},
  }),
  'obj ef headers add': filter({request_headers_to_add: [{header: {key: 'x-secret-token', value: S}}]}),
  'obj ef oauth2': filter({
    config: {
      credentials: {client_id: 'kept', token_secret: {name: 't', sds_config: {}}, hmac_secret: {inline_string: S}},
    },
  }),
  'obj ef tls key': filter({
    transport_socket: {
      typed_config: {
        common_tls_context: {
          tls_certificates: [{private_key: {inline_string: S}, certificate_chain: {inline_string: 'kept'}}],
        },
      },
    },
  }),
  'obj ef tls bytes': filter({
    tls_certificates: [
      {
        privateKey: {inlineBytes: Buffer.from(S).toString('base64')},
        password: {inlineBytes: Buffer.from(S2).toString('base64')},
      },
    ],
  }),
  'obj ef session tickets': filter({session_ticket_keys: {keys: [{inline_bytes: S}]}}),
  'obj ef jwt local': filter({
    providers: {a: {local_jwks: {inline_string: JSON.stringify({keys: [{kty: 'oct', k: `${S}abcdefghij`}]})}}},
  }),
  'obj ef ratelimit grpc': filter({
    grpc_service: {google_grpc: {call_credentials: [{access_token: S}, {google_refresh_token: S2}]}},
  }),
  'obj ef grpc jwt': filter({
    call_credentials: [
      {service_account_jwt_access: {json_key: `{"private_key":"${S}"}`}},
      {google_iam: {authorization_token: S2}},
    ],
  }),
  'obj ef grpc initial metadata': filter({grpc_service: {initial_metadata: [{key: 'authorization', value: S}]}}),
  'obj ef aws': filter({
    credential_provider: {
      inline_credential: {access_key_id: 'AKIAABCDEFGHIJKLMNOP', secret_access_key: S, session_token: S2},
    },
  }),
  'obj ef redis': filter({
    settings: {},
    auth_password: {inline_string: S},
    downstream_auth_passwords: [{inline_string: S2}],
  }),
  'obj ef redis external': filter({downstream_auth_password: {inline_string: S}}),
  'obj ef basic auth': filter({users: {inline_string: `admin:{SHA}${S}=`}}),
  'obj ef api key': filter({credentials: [{key: S, client: 'kept'}]}),
  'obj ef api key camel': filter({typedConfig: {credentials: [{client: 'kept', key: S}]}}),
  'obj ef mysql env': filter({vm_config: {environment_variables: {key_values: {FOO: S}}}}),
  'obj ef wasm conf': filter({
    configuration: {'@type': 'type.googleapis.com/google.protobuf.StringValue', value: `{"password":"${S}"}`},
  }),
  'obj ef wasm conf yaml': filter({configuration: {value: `password: ${S}\nkept: x\n`}}),
  'obj ef injector': filter({
    credential: {typed_config: {credential: {name: 'x'}, header: 'kept', secret: {inline_string: S}}},
  }),
  'obj ef hmac': filter({hmac: {secret_key: {inline_string: S}}}),
  'obj ef tap': filter({sinks: [{streaming: {url: `https://h/?token=${S}`}}]}),
  'obj ef direct resp': filter({direct_response: {body: {inline_string: `{"api_key":"${S}"}`}}}),
  'obj ef dynatrace': filter({
    http_service: {
      request_headers_to_add: [
        {
          header: {
            key: 'Authorization',
            value: `Api-Token dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.${S}ABCDEFGHIJKLMNOPQRSTUVWXYZ`,
          },
        },
      ],
    },
  }),
  'obj se': obj({kind: 'ServiceEntry', metadata: {annotations: {conn: `postgres://a:${S}@h`}}}),
  'obj ingress ann': annotation(`proxy_set_header Authorization "Basic ${S}";`, 'nginx.ingress/snippet'),
  'obj status msg': obj({
    kind: 'Pod',
    status: {containerStatuses: [{state: {waiting: {message: `login failed with password=${S}`}}}]},
  }),
  'obj event': obj({kind: 'Event', message: `Unhealthy: GET https://u:${S}@h/`}),
  'obj pod volume azure': obj({
    kind: 'Pod',
    spec: {
      volumes: [{csi: {volumeAttributes: {password: S, shareName: 'kept'}}}, {flexVolume: {options: {accountkey: S2}}}],
    },
  }),
  'obj mwh ca': obj({kind: 'MutatingWebhookConfiguration', webhooks: [{clientConfig: {url: `https://u:${S}@h`}}]}),
  'obj sa': obj({
    kind: 'ServiceAccount',
    secrets: [{name: 'kept'}],
    imagePullSecrets: [{name: 'kept'}],
    metadata: {annotations: {'eks/token': S}},
  }),
  'obj gateway': obj({
    kind: 'Gateway',
    spec: {servers: [{tls: {credentialName: 'kept', privateKey: '/etc/kept'}}]},
    metadata: {annotations: {tok: JWT}},
  }),
  // dumps
  'dump node meta ann': dump({
    bootstrap: {
      node: {
        metadata: {
          ANNOTATIONS: {a: `DB_PASSWORD: "${S}"\nb: c\n`, 'proxy.istio.io/config': `proxyMetadata:\n  FOO: ${S2}\n`},
        },
      },
    },
  }),
  'dump proxy_config meta': dump({
    bootstrap: {node: {metadata: {PROXY_CONFIG: {proxyMetadata: {FOO: S, ISTIO_META_X: 'kept'}}, FOO_TOKEN: S2}}},
  }),
  'dump platform meta': dump({
    node: {metadata: {PLATFORM_METADATA: {gcp_token: S}, MY_SECRET: S2, LABELS: {app: 'kept'}}},
  }),
  'dump ecds lua': dump({ecds: [{inline_code: `request_handle:headers():add("X-Api-Key","${S}")`}]}),
  'dump route hdr': dump({route: {request_headers_to_add: [{header: {key: 'Authorization', value: `Bearer ${S}`}}]}}),
  'dump route match': dump({
    match: {
      headers: [
        {name: 'x-token', string_match: {exact: S}},
        {name: 'cookie', string_match: {safe_regex: {regex: `^.*${S2}.*$`}}},
      ],
    },
  }),
  'dump route query': dump({match: {query_parameters: [{name: 'api_key', string_match: {exact: S}}]}}),
  'dump rbac': dump({
    rules: {policies: {p: {permissions: [{header: {name: 'authorization', string_match: {exact: S}}}]}}},
  }),
  'dump rbac any': dump({
    rules: {
      policies: {
        p: {
          principals: [{and_ids: {ids: [{or_ids: {ids: [{header: {name: 'x-api-key', string_match: {prefix: S}}}]}}]}}],
        },
      },
    },
  }),
  'dump tracing': dump({tracing: {http: {typed_config: {access_token: S, collector_cluster: 'kept'}}}}),
  'dump access log format': dump({access_log: [{format: `%REQ(X)% password=${S} kept`}]}),
  'dump bootstrap args': dump({bootstrap: {command_line_options: {config_yaml: `{"admin":{},"password":"${S}"}`}}}),
  'dump retry cookie': dump({
    rate_limits: [
      {
        actions: [
          {
            header_value_match: {
              descriptor_value: 'kept',
              headers: [{name: 'authorization', string_match: {exact: S}}],
            },
          },
        ],
      },
    ],
  }),
  'dump health check': dump({
    health_checks: [
      {http_health_check: {request_headers_to_add: [{header: {key: 'X-Token', value: S}}]}},
      {redis_health_check: {key: 'kept'}},
    ],
  }),
  'dump tcp hc payload': dump({http_health_check: {path: `/h?token=${S}`}}),
  'dump any bytes': dump({value: Buffer.from(`{"password":"${S}"}`).toString('base64')}),
  'dump secrets': dump({
    dynamic_active_secrets: [
      {secret: {tls_certificate: {private_key: {inline_bytes: S}}}},
      {secret: {generic_secret: {secret: {inline_bytes: S2}}}},
      {secret: {session_ticket_keys: {keys: [{inline_bytes: S}]}}},
    ],
  }),
  'dump secrets map': dump({secret: {generic_secret: {secrets: {a: {inline_string: S}}}}}),
  'dump error details': dump({
    error_state: {failed_configuration: {inline_string: 'x', password: S}, details: `bad value password: "${S2}"`},
  }),
  'dump error proto text': dump({
    error_state: {
      details: `Proto constraint validation failed: private_key { inline_string: "${S}" } password { inline_bytes: "${S2}" }`,
    },
  }),
  'dump error header text': dump({details: `header { key: "authorization" value: "${S}" }`}),
}

/** What must be gone: the secrets as they are, encoded, and recognisable parts of those with a shape. */
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')
const MARKS = [
  S,
  S2,
  PEM,
  base64(S),
  base64(S2),
  base64(`{"auths":{"h":{"auth":"${S}`).slice(0, 30),
  base64(`{"password":"${S}"`).slice(0, 24),
  ...[
    'c2lnbmF0dXJlMTIz',
    'dTpWbjNr',
    'dXNlcjpQ',
    'dXNlcjpW',
    '83749201',
    'abcdefghijklmnopqrst',
    '0123456789abcdef0123',
  ],
  ...['AKIAABC', 'AIzaSy', '$apr1$', 'LS0tLS1CRUdJTi', 'AGE-SECRET', '0gAbCdEf', 'NRAK-', 'IncomingWebhook'],
]

function redacted([kind, value]: Case): string {
  if (kind === 'object') return JSON.stringify(redactObject(value))
  const id = kind === 'log' ? 'log.istio-proxy' : 'envoy.config_dump'
  return Buffer.from(redactEvidence(id, Buffer.from(value))).toString()
}

function count(text: string, word: string): number {
  return text.split(word).length - 1
}

describe('secrets in every way they are written', () => {
  test.each(Object.entries(CASES))('%s: none stays, and what is none stays', (name, given) => {
    const before = given[0] === 'object' ? JSON.stringify(given[1]) : given[1]
    const after = redacted(given)
    expect(MARKS.filter(mark => before.includes(mark) && after.includes(mark))).toEqual([])
    expect(MARKS.some(mark => before.includes(mark))).toBe(true)
    const isDropped = name === 'obj cm other' || name === 'obj last applied'
    if (!isDropped) expect(count(after, 'kept')).toBeGreaterThanOrEqual(count(before, 'kept'))
    if (given[0] === 'dump') expect(() => JSON.parse(after)).not.toThrow()
  })

  test.each(Object.entries(CASES).filter(([, [kind]]) => kind === 'log'))(
    '%s: neither in the middle of a log',
    (_name, given) => {
      const text = `2026-01-01T00:00:00Z info first kept line\n${String(given[1])}\n2026-01-01T00:00:00Z info last line\n`
      const after = redacted(['log', text])
      expect(MARKS.filter(mark => text.includes(mark) && after.includes(mark))).toEqual([])
    },
  )
})

import {Args, Flags} from '@oclif/core'
import {authzQuestion} from '../../src/cli/authz-question.js'
import {POLICY_NEEDS} from '../../src/cli/command-needs.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {authzTestReport} from '../../src/reports/authz/test-report.js'
import {authzTestView} from '../../src/reports/authz/test-view.js'

export default class AuthzTest extends MeshCommand {
  static override summary =
    'Decide one request by the AuthorizationPolicies and by the proxy, and say what would change the verdict'
  static override examples = [
    '<%= config.bin %> authz test deploy/productpage-v1 ratings:9080 --path /ratings/7 --from sample',
    '<%= config.bin %> authz test sa:demo/bookinfo-reviews ratings:9080 --path /ratings/7 --from sample',
  ]
  static override needs = POLICY_NEEDS
  static override args = {
    from: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'the client: a pod, a workload, sa:NAMESPACE/NAME, or an address',
    }),
    to: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'the server: service[.namespace][:port], or a pod',
    }),
  }
  static override flags = {
    method: Flags.string({description: 'HTTP method (GET unless set)'}),
    path: Flags.string({description: 'path of the request (/ unless set)'}),
    host: Flags.string({description: 'host header of the request'}),
    header: Flags.string({
      char: 'H',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'a request header (repeatable)',
    }),
    'jwt-claim': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'a claim of an accepted token; several values with commas (repeatable)',
    }),
    sni: Flags.string({helpValue: 'NAME', description: 'server name in the TLS handshake'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthzTest)
    await this.withSource(flags, async source => {
      const question = await authzQuestion(source, args.from, args.to, flags)
      await this.print(flags, await authzTestReport(source, question), authzTestView)
    })
  }
}

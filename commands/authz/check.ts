import {POLICY_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {overlayFlags, selectorFlag} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {authzCheckReport} from '../../src/reports/authz/check-report.js'
import {authzCheckView} from '../../src/reports/authz/check-view.js'
import {formsOf} from '../../src/reports/view.js'

export default class AuthzCheck extends MeshCommand {
  static override summary = 'Show the AuthorizationPolicies of a pod, by the objects and by its proxy'
  static override hiddenAliases = ['x:authz:check', 'experimental:authz:check']
  static override examples = [
    example(
      'List the policies of a pod, and whether its proxy has them',
      'authz check deploy/ratings-v1 --from sample',
    ),
  ]
  static override forms = formsOf(authzCheckView)
  static override needs = POLICY_NEEDS
  static override args = podArgument
  static override flags = {selector: selectorFlag, ...overlayFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthzCheck)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await authzCheckReport(source, pod, flags.istioNamespace), authzCheckView)
    })
  }
}

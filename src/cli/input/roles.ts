import {type RbacRule, readPolicyRules} from '../../formats/kube/rbac.js'
import {UserError} from '../../model/evidence/user-error.js'
import {openFiles} from '../../sources/open.js'

/** The rules of the Roles and ClusterRoles in a file of manifests; a file without any is an error. */
export async function readRoles(path: string): Promise<readonly RbacRule[]> {
  const source = await openFiles([path])
  try {
    const answers = await Promise.all(['Role', 'ClusterRole'].map(kind => source.objects({kind})))
    const rules = answers.flatMap(answer => (answer.ok ? answer.value : [])).flatMap(readPolicyRules)
    if (rules.length > 0) return rules
  } finally {
    await source.close()
  }
  throw new UserError(`${path} has no Role or ClusterRole with rules`, {next: 'meshctl can-i -o role > role.yaml'})
}

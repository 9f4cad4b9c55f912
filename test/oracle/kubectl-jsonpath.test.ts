import {jsonpathPrintsAsKubectl} from './kubectl-jsonpath.js'

jsonpathPrintsAsKubectl(0.25)

import {manifestsDoNotPass} from './templates.js'

manifestsDoNotPass(1)

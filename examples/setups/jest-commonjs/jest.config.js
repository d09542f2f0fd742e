// Without --experimental-vm-modules, Jest loads no ES modules, so it has to compile packages of ES modules.
module.exports = {
  transform: {
    '\\.m?js$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [],
};

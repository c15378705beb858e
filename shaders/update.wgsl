// SGD with momentum and Adam, in PyTorch's formulation, one invocation a parameter.

const SGD: u32 = 0u;
const ADAM_BETA1: f32 = 0.9;
const ADAM_BETA2: f32 = 0.999;
const ADAM_EPSILON: f32 = 1e-8;

@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> moments: array<f32>;

@compute @workgroup_size(LANES)
fn update(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if i >= net.parameters {
        return;
    }
    let g = gradient[i];
    if batch.optimizer == SGD {
        let first = batch.sgd_momentum * moments[i] + g;
        moments[i] = first;
        parameters[i] = parameters[i] - batch.learning_rate * first;
        return;
    }
    let rate = batch.learning_rate / batch.adam_correction1;
    let correction = sqrt(batch.adam_correction2);
    let j = net.parameters + i;
    let first = ADAM_BETA1 * moments[i] + (1.0 - ADAM_BETA1) * g;
    let second = ADAM_BETA2 * moments[j] + (1.0 - ADAM_BETA2) * g * g;
    moments[i] = first;
    moments[j] = second;
    parameters[i] = parameters[i] - rate * first / (sqrt(second) / correction + ADAM_EPSILON);
}

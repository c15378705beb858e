// Four parameters at once; needs the array `parameters`.

fn parameters4(at: vec4<u32>) -> vec4<f32> {
    return vec4(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
}

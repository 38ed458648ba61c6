"""What customers of the sample shop write: wishes that a tool fulfils, and all the rest."""

from typing import Any

from benchmarks.answer_quality import read_questions
from local.settings import HELP_CENTRE
from local.shop.tools import tools

LOOK_UP, REFUND = "look_up_order", "refund_order"

WISHES = {
    LOOK_UP: """\
Where is my order LF-1042?
Where's my order?
Where is my package?
Please check my order
Has my order shipped?
Has LF-1043 been shipped yet?
What is the status of my order?
What's the status of my order LF-1044?
Can you check order LF-1051 for me?
Look up LF-1052
Track order LF-1043 please
I'd like to know where my parcel LF-1043 is
When will LF-1053 arrive?
tracking number for lf-1043?
What did I order in LF-1042?
How much did I pay for LF-1070?
Is my order LF-1061 already on its way?
Did you send out LF-1080?
Show me the details of order LF-1081
Where is LF-1042?
What about LF-1043?
LF-1044 status?
Any news on LF-1080?
Has LF-1053 left the warehouse?""",
    REFUND: """\
I want my money back for order LF-1042
Please refund €20 for LF-1042
I'd like a refund for LF-1042, 20 euros
Refund my order LF-1051
Refund me, please
I would like to get 20 euros back
Can I get a refund of 15.00 for order LF-1052?
Could I have my money back for LF-1042?
Give me my money back
I want a refund
Can you refund me?
Can you pay back 12 euro for LF-1053?
The boots are damaged, refund 30.00 on LF-1051 please
Please reimburse me €10 for order LF-1081
I demand a refund of €50 for my order
Send me 20 euro back for LF-1042
My jacket has a hole. Please give me 40 euros back, order LF-1071
You charged me too much, refund €5 on LF-1060
I need a refund for my tent
LF-1051: I want 12 euros back
Money back for LF-1042 now
The mat in LF-1053 leaks, I want 45 euro back""",
}

NOTHING_TO_CALL = (
    """\
How do I return something?
How do I get a refund?
When will I get my refund?
Do I get my money back if the item was used?
How long does a refund take?
How much does a refund cost?
How can I track my order?
Can I track my parcel?
Where do I find my order number?
Where can I see my orders?
What does the status "Packed" mean?
What is your refund policy?
Can I change my order?
How do I cancel an order?
I want to cancel my order
I want to return my boots
I'd like to exchange my jacket
What happens if my parcel is lost?
Is shipping refunded when I return a tent?
Are refunds paid to my gift card?
Which orders can be refunded?
Who pays for the return shipping?
Do you refund the price difference if it gets cheaper?
Can I get a refund?
Can I get a refund without a receipt?
Can I return a gift and get the money?
Why is my refund less than what I paid?
When will my order arrive?
When do you ship orders?
Where is my invoice?
I lost my gift card
My parcel was damaged
How long is the warranty for LF-1042?
Hello
Thanks, that helped!
yes
LF-1042""".splitlines()
    + [each.text for each in read_questions(HELP_CENTRE / "questions.json")]
)


def offered() -> list[dict[str, Any]]:
    """The sample shop's tools as a request offers them: without the customer's id."""
    return [_offered(name, tool) for name, tool in tools("http://shop").items()]


def _offered(name: str, tool: dict[str, Any]) -> dict[str, Any]:
    schema = tool["parameters"]
    known = {each: one for each, one in schema["properties"].items() if each != "customer_id"}
    required = [each for each in schema["required"] if each != "customer_id"]
    examples = "".join(f"\nExample: {example}" for example in tool["examples"])
    function = {
        "name": name,
        "description": tool["description"] + examples,
        "parameters": {**schema, "properties": known, "required": required},
    }
    return {"type": "function", "function": function}
